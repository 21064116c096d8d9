"""How long the checks take: 100,000 customers and more, nearly all of them clean.

    python -m tests.bench.bench_checks [rows]

Prints seconds a family, and how the time of V14 grows from half to the full size (2 means linear).
"""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import product
from time import process_time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tests.checks.build import FIRST_ROW, NOW, customer, record, sheet
from xlcrm.checks import FAMILIES, CheckInput, duplicates, run_checks
from xlcrm.rules.parameters import Parameters
from xlcrm.rules.reading import default_book
from xlcrm.tables.frames import SheetData

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNS = (
    "云帆华瑞金泰恒信远大明达新宇宏博嘉禾安盛广源方正德同创天成立海通利丰鑫隆润泽星辰智汇鼎力卓越昊晟晨曦凯悦"
)
TRADES = "科技 电子 贸易 机械设备 信息技术 网络科技 建筑工程 食品 医疗器械 文化传媒 物流 化工".split()  # noqa: SIM905 - a list of words
CITIES = "杭州 上海 北京 深圳 苏州 成都 武汉 西安 南京 广州".split()  # noqa: SIM905 - a list of words


def many(one: SheetData, rows: int, **columns: list[str]) -> SheetData:
    """The one row of a sheet so many times, with some columns of their own."""
    index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + rows)
    frame = one.frame.iloc[np.zeros(rows, dtype=int)].set_axis(index)
    frame = frame.assign(
        **{key: pd.Series(values, index=index, dtype="str") for key, values in columns.items()}
    )
    return SheetData(one.table, one.sheet, one.heading_row, one.places, one.headings, frame)


def customers(rows: int) -> SheetData:
    """Customers with names, numbers and addresses of their own; none of them has a fault."""
    random = np.random.default_rng(7)
    brands = ["".join(signs) for signs in product(SIGNS, repeat=3)]
    chosen = random.permutation(len(brands))[:rows]
    places, trades = random.integers(0, len(CITIES), rows), random.integers(0, len(TRADES), rows)
    names = [
        f"{CITIES[place]}{brands[brand]}{TRADES[trade]}有限公司"
        for brand, place, trade in zip(chosen, places, trades, strict=True)
    ]
    return many(
        sheet("customers", [customer()]),
        rows,
        customer_id=[f"{202300000 + number:09d}" for number in range(rows)],
        name=names,
        phone=[f"1{38_00000000 + number * 7:010d}" for number in range(rows)],
        email=[f"user{number}@example.com" for number in range(rows)],
        address=[f"浙江省杭州市西湖区文三路{number}号" for number in range(rows)],
        remark=[f"第{number}次沟通后客户表示满意，按计划推进" for number in range(rows)],
    )


def seconds(run: Callable[[], object]) -> float:
    """CPU seconds of the best of three runs."""
    times = []
    for _ in range(3):
        start = process_time()
        run()
        times.append(process_time() - start)
    return min(times)


def main(rows: int) -> None:
    register = customers(rows)
    ids = register.frame["customer_id"].tolist()
    records = many(
        sheet("followup_records", [record()]), rows, customer_id=ids, name=register.frame["name"].tolist()
    )
    data = {"customers": register, "followup_records": records}
    given = CheckInput(data, default_book("crm"), Parameters(), NOW)
    alone = {"customers": register}
    print(f"{'customers alone':32} {seconds(lambda: run_checks(replace(given, data=alone))):7.3f} s")
    print(f"{'with as many follow-up records':32} {seconds(lambda: run_checks(replace(given))):7.3f} s")
    for family in FAMILIES:
        found = len(family.check(given))
        spent = seconds(lambda: family.check(replace(given)))  # noqa: B023 - called at once
        print(f"{family.__name__:32} {spent:7.3f} s {found:8} findings")
    half = CheckInput({"customers": customers(rows // 2)}, given.rules, given.parameters, NOW)
    small, full = seconds(lambda: duplicates.check(half)), seconds(lambda: duplicates.check(given))
    print(f"V14 from half to full size: {full / small:.2f} times")
    same = many(register, 1)
    crowd = many(
        same, rows, phone=["13812345678"] * rows, name=[f"客户{number:05d}" for number in range(rows)]
    )
    crowded = CheckInput({"customers": crowd}, given.rules, given.parameters, NOW)
    print(f"V14, one number for all: {seconds(lambda: duplicates.check(crowded)):.3f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
