"""Everything that xlcrm can refuse to do.

    XlcrmError
      WorkbookError            the file, or its shape
        WorkbookMissing        no such file
        NotAWorkbook           not an .xlsx / .xlsm package
        WorkbookEncrypted      needs a password
        WorkbookDamaged        truncated, or its XML is broken
        WorkbookHostile        built to hurt: zip bomb, entity bomb, bad paths
        WorkbookInUse          another xlcrm, or another program, has it
          WorkbookOpen         open in Excel, WPS or LibreOffice
        WorkbookChanged        somebody saved it while we worked
        UnsafeToPatch          a shape that cannot be written without a risk
        SheetMissing           no sheet by any known title
        SheetAmbiguous         two sheets answer to one title
        HeadingMissing         no heading row, or a key heading is not there
        HeadingRepeated        one heading twice
        SaveFailed             the disk or the system said no
        SheetProtected         a live sheet is protected against writing
      ProgramError             the spreadsheet program
        ProgramMissing         none is running, or none that we can reach
        ProgramBusy            it does not answer now: a cell is being edited, a dialog is open
      RuleError                规则表 cannot be used
      ParameterError           参数表 cannot be used
      CalendarError            working hours or 节假日 cannot be used
      MailError                no password, no keyring, or what was sent cannot be noted
      CopyRefused              a management copy that did not pass its examination
      UsageError               a request that makes no sense
      ClusterError             the Dask cluster cannot be used
      IncompleteInstall        a file that came with xlcrm or xlwings is missing

Each message is one Chinese sentence: where, what was found, what to do. When one is raised, nothing
has been written. Wrong *data* is never an exception; it is a finding (see `xlcrm.checks`).
"""

from __future__ import annotations


class XlcrmError(Exception):
    """A thing that cannot go on. `str(error)` is the sentence for the user."""

    def __init__(self, message: str) -> None:
        self.message = message if message.endswith("。") else f"{message}。"
        super().__init__(self.message)


class WorkbookError(XlcrmError):
    """The workbook file, or its shape, stops us."""


class WorkbookMissing(WorkbookError):
    """No file at the path."""


class NotAWorkbook(WorkbookError):
    """The file is not an .xlsx or .xlsm package."""


class WorkbookEncrypted(WorkbookError):
    """The file needs a password to open."""


class WorkbookDamaged(WorkbookError):
    """The package or its XML is broken."""


class WorkbookHostile(WorkbookError):
    """The package is built to exhaust or mislead its reader."""


class WorkbookInUse(WorkbookError):
    """Another program works on the workbook."""


class WorkbookOpen(WorkbookInUse):
    """A spreadsheet program has the workbook open."""


class WorkbookChanged(WorkbookError):
    """The file on disk is no longer the one that was read."""


class UnsafeToPatch(WorkbookError):
    """The workbook has a shape that cannot be written without a risk."""


class SheetMissing(WorkbookError):
    """No sheet answers to any known title."""


class SheetAmbiguous(WorkbookError):
    """Two sheets answer to one table."""


class HeadingMissing(WorkbookError):
    """A sheet has no heading row, or lacks a heading that we cannot do without."""


class HeadingRepeated(WorkbookError):
    """One heading stands twice in a sheet."""


class SaveFailed(WorkbookError):
    """The system refused to write."""


class SheetProtected(WorkbookError):
    """A sheet of an open workbook is protected against writing."""


class ProgramError(XlcrmError):
    """The spreadsheet program stops us."""


class ProgramMissing(ProgramError):
    """No spreadsheet program is running that we can reach."""


class ProgramBusy(ProgramError):
    """The spreadsheet program does not answer now."""


class RuleError(XlcrmError):
    """规则表 cannot be used."""


class ParameterError(XlcrmError):
    """参数表 cannot be used."""


class CalendarError(XlcrmError):
    """Working hours or 节假日 cannot be used."""


class MailError(XlcrmError):
    """Mail cannot be sent at all: no password, no keyring, or no place to note what was sent."""


class CopyRefused(XlcrmError):
    """A management copy would show what it must not, so nobody gets it."""


class UsageError(XlcrmError):
    """A request that makes no sense as asked."""


class ClusterError(XlcrmError):
    """The Dask cluster that a command was told to use stops us."""


class IncompleteInstall(XlcrmError):
    """A file that is installed with xlcrm or with a package that it needs is missing or unknown."""
