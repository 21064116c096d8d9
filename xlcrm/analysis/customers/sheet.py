"""客户分析: who the customers are, what they buy by industry, grade and source, and what they are worth."""

from __future__ import annotations

from typing import Final

from xlcrm.analysis.base import AnalysisSheet
from xlcrm.analysis.customers.groups import CUSTOMER_PANELS
from xlcrm.analysis.customers.lifetime import MEAN_LIFETIME, TOP_CUSTOMERS
from xlcrm.analysis.customers.sales import SALES_PANELS
from xlcrm.analysis.headlines import CUSTOMERS, LOST, NEW, TICKET

_BY_GROUP: Final = tuple(panel for pair in zip(CUSTOMER_PANELS, SALES_PANELS, strict=True) for panel in pair)

SHEET: Final = AnalysisSheet(
    name="customers",
    title="客户分析",
    hint="期末在册的客户和本期销售，按行业、等级、来源；终身价值为刷新时的估算。",
    cards=(CUSTOMERS, NEW, LOST, TICKET, MEAN_LIFETIME),
    panels=(*_BY_GROUP, TOP_CUSTOMERS),
)
