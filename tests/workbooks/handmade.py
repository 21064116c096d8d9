"""The parts of the everything workbook that are written by hand, as Excel would write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.workbooks.injecting import (
    MAIN,
    OFFICE,
    X14,
    add,
    extend,
    put,
    relate,
    related_part,
    sheet_id,
    sheet_part,
    swap,
    xml,
)
from tests.workbooks.packages import STRINGS, STYLES, WORKBOOK

if TYPE_CHECKING:
    from tests.workbooks.injecting import Parts

_MICROSOFT: Final = "http://schemas.microsoft.com/office"
_SHEETML: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_CUSTOMERS, _SUMS, _PIVOT, _BOARD = "客户信息总表", "我的计算", "透视", "经营看板"
_SHARED: Final = re.compile(r'(<c r="AO(\d+)"[^>]*>)<f>([^<]*)</f>')
_FORMULA_CELL: Final = re.compile(r'<c r="([A-Z]+\d+)"[^>]*><f[ >]')


def add_handmade(parts: Parts) -> None:
    """Put all of them into a package, in place."""
    _share_formulas(parts)
    _calculated_column(parts)
    _filter_the_table(parts)
    _texts(parts)
    _cell_styles(parts)
    _printer_settings(parts)
    _choices_of_2010(parts)
    _icons_of_2010(parts)
    _threaded_comment(parts)
    _star(parts)
    _custom_xml(parts)
    _workbook_protection(parts)
    _external_link(parts)
    _pivot_table(parts)
    _slicer(parts)
    _calculation_chain(parts)


def _share_formulas(parts: Parts) -> None:
    """The user filled a formula down beside our table: one master, the others refer to it."""
    name = sheet_part(parts, _CUSTOMERS)
    rows = [int(found[2]) for found in _SHARED.finditer(parts[name].decode())]
    master = f'<f t="shared" ref="AO{rows[0]}:AO{rows[-1]}" si="0">'

    def shared(found: re.Match[str]) -> str:
        first = int(found[2]) == rows[0]
        return found[1] + (f"{master}{found[3]}</f>" if first else '<f t="shared" si="0"/>')

    parts[name] = _SHARED.sub(shared, parts[name].decode()).encode()


def _calculated_column(parts: Parts) -> None:
    table = related_part(parts, sheet_part(parts, _CUSTOMERS), "table")
    formula = "客户信息总表[[#This Row],[客户编号]]&amp;客户信息总表[[#This Row],[客户名称]]"
    swap(
        parts,
        table,
        r'(<tableColumn id="\d+" name="我的全名"[^>]*?)/>',
        lambda found: (
            f"{found[1]}><calculatedColumnFormula>{formula}</calculatedColumnFormula></tableColumn>"
        ),
    )
    sheet = sheet_part(parts, _CUSTOMERS)
    column = re.search(r'<c r="([A-Z]+)3"[^>]*><v>\d+</v></c><c r="AO3"', parts[sheet].decode())
    assert column
    for row in range(4, 16):
        cell = f'<c r="{column[1]}{row}" t="str"><f>{formula}</f><v>…</v></c>'
        put(parts, sheet, f'<c r="AO{row}"', cell)


def _filter_the_table(parts: Parts) -> None:
    """A filter on 客户等级 that hides row 7 (its row is marked hidden already)."""
    table = related_part(parts, sheet_part(parts, _CUSTOMERS), "table")
    swap(
        parts,
        table,
        r"<autoFilter ref=\"([^\"]+)\"/>",
        r'<autoFilter ref="\1"><filterColumn colId="8"><filters blank="1"><filter val="A类"/>'
        r'<filter val="B类"/></filters></filterColumn></autoFilter>',
    )


def _texts(parts: Parts) -> None:
    """A customer's name in two looks, another with its reading, and a text with an escape."""
    sheet = parts[sheet_part(parts, _CUSTOMERS)].decode()
    texts = re.findall(r"<si>.*?</si>", parts[STRINGS].decode(), re.DOTALL)

    def change(cell: str, body: str) -> None:
        found = re.search(rf'<c r="{cell}"[^>]* t="s"><v>(\d+)</v>', sheet)
        assert found
        old = texts[int(found[1])]
        text = re.sub(r"<[^>]+>", "", old)
        new = body.format(a=text[:2], b=text[2:])
        assert parts[STRINGS].decode().count(old) == 1
        parts[STRINGS] = parts[STRINGS].replace(old.encode(), new.encode())

    change("B4", '<si><r><rPr><b/><sz val="10"/></rPr><t>{a}</t></r><r><t>{b}</t></r></si>')
    change(
        "B5",
        '<si><t>{a}{b}</t><rPh sb="0" eb="2"><t>ホウモン</t></rPh>'
        '<phoneticPr fontId="1" type="noConversion"/></si>',
    )


def _cell_styles(parts: Parts) -> None:
    def one_more(found: re.Match[str]) -> str:
        own = '<cellStyle name="客户重点" xfId="0"/>'
        return f'<cellStyles count="{int(found[1]) + 1}">{found[2]}{own}</cellStyles>'

    swap(parts, STYLES, r'<cellStyles count="(\d+)">(.*?)</cellStyles>', one_more)


def _printer_settings(parts: Parts) -> None:
    sheet = sheet_part(parts, _CUSTOMERS)
    add(
        parts,
        "xl/printerSettings/printerSettings1.bin",
        bytes(range(256)) * 4,
        f"{_SHEETML}.printerSettings",
    )
    key = relate(parts, sheet, "printerSettings", "../printerSettings/printerSettings1.bin")
    swap(parts, sheet, r"<pageSetup([^>]*)/>", rf'<pageSetup\1 r:id="{key}"/>')


def _choices_of_2010(parts: Parts) -> None:
    """A drop-down over another sheet, as Excel 2010 and later write it."""
    body = (
        '<x14:dataValidations xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" count="1">'
        '<x14:dataValidation type="list" allowBlank="1" showErrorMessage="1"><x14:formula1>'
        f"<xm:f>{_SUMS}!$A$2:$A$4</xm:f></x14:formula1><xm:sqref>AR4:AR15</xm:sqref>"
        "</x14:dataValidation></x14:dataValidations>"
    )
    extend(parts, sheet_part(parts, _CUSTOMERS), "{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}", body)


def _icons_of_2010(parts: Parts) -> None:
    body = (
        '<x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule type="iconSet" priority="90" '
        'id="{0A1B2C3D-1111-4222-8333-444455556666}"><x14:iconSet iconSet="3Stars"><x14:cfvo type="percent">'
        '<xm:f>0</xm:f></x14:cfvo><x14:cfvo type="percent"><xm:f>33</xm:f></x14:cfvo>'
        '<x14:cfvo type="percent">'
        "<xm:f>67</xm:f></x14:cfvo></x14:iconSet></x14:cfRule><xm:sqref>B2:B4</xm:sqref>"
        "</x14:conditionalFormatting></x14:conditionalFormattings>"
    )
    extend(parts, sheet_part(parts, _SUMS), "{78C0D931-6437-407d-A8EE-F0AAD7539E65}", body)


def _threaded_comment(parts: Parts) -> None:
    space = f"{_MICROSOFT}/spreadsheetml/2018/threadedcomments"
    person = "{99999999-2222-4333-8444-555555555555}"
    add(
        parts,
        "xl/persons/person.xml",
        f'<personList xmlns="{space}"><person displayName="王小明" id="{person}" userId="S::wang" '
        'providerId="AD"/></personList>',
        "application/vnd.ms-excel.person+xml",
    )
    relate(parts, WORKBOOK, f"{_MICROSOFT}/2017/10/relationships/person", "persons/person.xml")
    add(
        parts,
        "xl/threadedComments/threadedComment1.xml",
        f'<ThreadedComments xmlns="{space}"><threadedComment ref="A1" dT="2026-03-01T08:00:00.00" '
        f'personId="{person}" id="{{11111111-2222-4333-8444-555555555555}}"><text>请看新版</text>'
        f"</threadedComment>"
        f'<threadedComment ref="A1" dT="2026-03-02T08:00:00.00" personId="{person}" '
        'id="{11111111-2222-4333-8444-666666666666}" parentId="{11111111-2222-4333-8444-555555555555}">'
        "<text>已看</text></threadedComment></ThreadedComments>",
        "application/vnd.ms-excel.threadedcomments+xml",
    )
    relate(
        parts,
        sheet_part(parts, _SUMS),
        f"{_MICROSOFT}/2017/10/relationships/threadedComment",
        "../threadedComments/threadedComment1.xml",
    )


def _star(parts: Parts) -> None:
    """A drawn star on the board's drawing."""
    body = (
        "<xdr:twoCellAnchor><xdr:from><xdr:col>2</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>30</xdr:row>"
        "<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>4</xdr:col><xdr:colOff>0</xdr:colOff>"
        "<xdr:row>35</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
        '<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="900" name="星形 1"/>'
        "<xdr:cNvSpPr/></xdr:nvSpPr>"
        '<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm>'
        '<a:prstGeom prst="star5"><a:avLst/></a:prstGeom></xdr:spPr></xdr:sp><xdr:clientData/>'
        "</xdr:twoCellAnchor>"
    )
    put(parts, related_part(parts, sheet_part(parts, _BOARD), "drawing"), "</xdr:wsDr>", body)


def _custom_xml(parts: Parts) -> None:
    parts["customXml/item1.xml"] = xml('<office xmlns="urn:example:office"><dept>销售一部</dept></office>')
    add(
        parts,
        "customXml/itemProps1.xml",
        '<ds:datastoreItem ds:itemID="{AAAAAAAA-2222-4333-8444-555555555555}" '
        'xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"><ds:schemaRefs>'
        '<ds:schemaRef ds:uri="urn:example:office"/></ds:schemaRefs></ds:datastoreItem>',
        "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
    )
    relate(parts, "customXml/item1.xml", "customXmlProps", "itemProps1.xml")
    relate(parts, WORKBOOK, "customXml", "../customXml/item1.xml")


def _workbook_protection(parts: Parts) -> None:
    put(parts, WORKBOOK, "<bookViews>", '<workbookProtection lockStructure="1"/>')


def _external_link(parts: Parts) -> None:
    name = "xl/externalLinks/externalLink1.xml"
    add(
        parts,
        name,
        f'<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{OFFICE}" r:id="rId1"><sheetNames>'
        '<sheetName val="汇率"/></sheetNames><sheetDataSet><sheetData sheetId="0"><row r="2"><cell r="B2">'
        "<v>7.1</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>",
        f"{_SHEETML}.externalLink+xml",
    )
    relate(parts, name, "externalLinkPath", "file:///C:/共享/汇率.xlsx", "External")
    key = relate(parts, WORKBOOK, "externalLink", "externalLinks/externalLink1.xml")
    put(
        parts,
        WORKBOOK,
        "<definedNames>",
        f'<externalReferences><externalReference r:id="{key}"/></externalReferences>',
    )


def _pivot_table(parts: Parts) -> None:
    sheet = sheet_part(parts, _PIVOT)
    cache, records = "xl/pivotCache/pivotCacheDefinition1.xml", "xl/pivotCache/pivotCacheRecords1.xml"
    add(
        parts,
        cache,
        f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{OFFICE}" r:id="rId1" refreshedBy="王小明" '
        'refreshedDate="46000" createdVersion="6" refreshedVersion="6" minRefreshableVersion="3" '
        f'recordCount="3"><cacheSource type="worksheet"><worksheetSource ref="A1:B4" sheet="{_SUMS}"/>'
        '</cacheSource><cacheFields count="2"><cacheField name="项目" numFmtId="0"><sharedItems count="3">'
        '<s v="甲"/><s v="乙"/><s v="丙"/></sharedItems></cacheField><cacheField name="数值" numFmtId="0">'
        '<sharedItems containsSemiMixedTypes="0" containsString="0" containsNumber="1" containsInteger="1" '
        'minValue="1" maxValue="3"/></cacheField></cacheFields><extLst>'
        '<ext uri="{725AE2AE-9491-48be-B2B4-4EB974FC3084}" '
        f'xmlns:x14="{X14}"><x14:pivotCacheDefinition pivotCacheId="77"/></ext></extLst>'
        f"</pivotCacheDefinition>",
        f"{_SHEETML}.pivotCacheDefinition+xml",
    )
    add(
        parts,
        records,
        f'<pivotCacheRecords xmlns="{MAIN}" count="3"><r><x v="0"/><n v="1"/></r><r><x v="1"/><n v="2"/></r>'
        '<r><x v="2"/><n v="3"/></r></pivotCacheRecords>',
        f"{_SHEETML}.pivotCacheRecords+xml",
    )
    relate(parts, cache, "pivotCacheRecords", "pivotCacheRecords1.xml")
    key = relate(parts, WORKBOOK, "pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml")
    put(
        parts,
        WORKBOOK,
        "</workbook>",
        f'<pivotCaches><pivotCache cacheId="7" r:id="{key}"/></pivotCaches>',
    )
    table = "xl/pivotTables/pivotTable1.xml"
    add(
        parts,
        table,
        f'<pivotTableDefinition xmlns="{MAIN}" name="透视1" cacheId="7" applyNumberFormats="0" '
        'applyBorderFormats="0" applyFontFormats="0" applyPatternFormats="0" applyAlignmentFormats="0" '
        'applyWidthHeightFormats="1" dataCaption="值" updatedVersion="6" minRefreshableVersion="3" '
        'createdVersion="6" outline="1" outlineData="1"><location ref="A3:B7" firstHeaderRow="1" '
        'firstDataRow="1" firstDataCol="1"/><pivotFields count="2"><pivotField axis="axisRow" showAll="0">'
        '<items count="4"><item x="0"/><item x="1"/><item x="2"/><item t="default"/></items></pivotField>'
        '<pivotField dataField="1" showAll="0"/></pivotFields><rowFields count="1"><field x="0"/></rowFields>'
        '<rowItems count="4"><i><x/></i><i><x v="1"/></i><i><x v="2"/></i><i t="grand"><x/></i></rowItems>'
        '<colItems count="1"><i/></colItems><dataFields count="1"><dataField name="求和项:数值" fld="1" '
        'baseField="0" baseItem="0"/></dataFields><pivotTableStyleInfo name="PivotStyleLight16" '
        'showRowHeaders="1" showColHeaders="1" showRowStripes="0" showColStripes="0"/>'
        "</pivotTableDefinition>",
        f"{_SHEETML}.pivotTable+xml",
    )
    relate(parts, table, "pivotCacheDefinition", "../pivotCache/pivotCacheDefinition1.xml")
    relate(parts, sheet, "pivotTable", "../pivotTables/pivotTable1.xml")


def _slicer(parts: Parts) -> None:
    sheet = sheet_part(parts, _PIVOT)
    relations = f"{_MICROSOFT}/2007/relationships"
    add(
        parts,
        "xl/slicerCaches/slicerCache1.xml",
        f'<slicerCacheDefinition xmlns="{X14}" name="切片器_项目" sourceName="项目"><pivotTables>'
        f'<pivotTable tabId="{sheet_id(parts, _PIVOT)}" name="透视1"/></pivotTables><data>'
        '<tabular pivotCacheId="77"><items count="3"><i x="0" s="1"/><i x="1" s="1"/><i x="2" s="1"/></items>'
        "</tabular></data></slicerCacheDefinition>",
        "application/vnd.ms-excel.slicerCache+xml",
    )
    key = relate(parts, WORKBOOK, f"{relations}/slicerCache", "slicerCaches/slicerCache1.xml")
    extend(
        parts,
        WORKBOOK,
        "{BBE1A952-AA13-448e-AADC-164F8A28A991}",
        f'<x14:slicerCaches><x14:slicerCache r:id="{key}"/></x14:slicerCaches>',
    )
    put(parts, WORKBOOK, "</definedNames>", '<definedName name="切片器_项目">#N/A</definedName>')
    add(
        parts,
        "xl/slicers/slicer1.xml",
        f'<slicers xmlns="{X14}">'
        f'<slicer name="项目" cache="切片器_项目" caption="项目" rowHeight="241300"/></slicers>',
        "application/vnd.ms-excel.slicer+xml",
    )
    key = relate(parts, sheet, f"{relations}/slicer", "../slicers/slicer1.xml")
    extend(
        parts,
        sheet,
        "{A8765BA9-456A-4dab-B4F3-ACF838C121DE}",
        f'<x14:slicerList><x14:slicer r:id="{key}"/></x14:slicerList>',
    )
    anchor = (
        '<xdr:twoCellAnchor editAs="oneCell"><xdr:from><xdr:col>4</xdr:col><xdr:colOff>0</xdr:colOff>'
        "<xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>6</xdr:col>"
        "<xdr:colOff>0</xdr:colOff><xdr:row>10</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice xmlns:a14="{_MICROSOFT}/drawing/2010/main" Requires="a14"><xdr:graphicFrame macro="">'
        '<xdr:nvGraphicFramePr><xdr:cNvPr id="901" name="项目"/><xdr:cNvGraphicFramePr/>'
        "</xdr:nvGraphicFramePr>"
        '<xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
        f'<a:graphicData uri="{_MICROSOFT}/drawing/2010/slicer">'
        f'<sle:slicer xmlns:sle="{_MICROSOFT}/drawing/2010/slicer" name="项目"/></a:graphicData></a:graphic>'
        '</xdr:graphicFrame></mc:Choice><mc:Fallback><xdr:sp macro="" textlink=""><xdr:nvSpPr>'
        '<xdr:cNvPr id="0" name=""/><xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></xdr:spPr></xdr:sp></mc:Fallback></mc:AlternateContent><xdr:clientData/>"
        "</xdr:twoCellAnchor>"
    )
    put(parts, related_part(parts, sheet, "drawing"), "</xdr:wsDr>", anchor)


def _calculation_chain(parts: Parts) -> None:
    """Every formula cell, as Excel lists them."""
    names = re.findall(r'<sheet name="([^"]+)" sheetId="(\d+)"', parts[WORKBOOK].decode())
    cells = [
        f'<c r="{cell}" i="{number}"/>'
        for name, number in names
        if name != "图表页"
        for cell in _FORMULA_CELL.findall(parts[sheet_part(parts, name)].decode())
    ]
    add(
        parts,
        "xl/calcChain.xml",
        f'<calcChain xmlns="{MAIN}">{"".join(cells)}</calcChain>',
        f"{_SHEETML}.calcChain+xml",
    )
    relate(parts, WORKBOOK, "calcChain", "calcChain.xml")
