"""Settings of branches: compared with those that count, and put into the group's workbook."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from xlcrm.actions.consolidating.settings import Settings, all_options, differences, group_frames
from xlcrm.rules.reading import default_rows
from xlcrm.templates import default_frames

KNOWN = frozenset(row["规则编号"] for row in default_rows("crm"))
PLAIN = Settings(known=KNOWN)
FIRST = default_frames("crm")["rules"].iloc[0]["rule_id"]
DAY = pd.Timestamp(2026, 3, 3)


def rule(number: str, **cells: str) -> dict[str, dict[str, str]]:
    return {number: {"rule_id": number, **cells}}


def test_a_group_of_plain_branches_has_the_pack_s_own_settings() -> None:
    made = group_frames("crm", PLAIN, [PLAIN])
    shipped = default_frames("crm")
    pd.testing.assert_frame_equal(
        made["rules"].astype(object), shipped["rules"][made["rules"].columns].astype(object)
    )
    assert made["parameters"]["value"].isna().all()
    assert made["holidays"]["day"].tolist() == sorted(shipped["holidays"]["day"])


def test_rules_that_differ_take_the_place_of_the_pack_s_and_new_ones_follow() -> None:
    chosen = replace(
        PLAIN, rules=rule(FIRST, enabled="否", limit="36") | rule("U01", task="自定", limit="1.5")
    )
    made = group_frames("crm", chosen, [chosen])["rules"]
    assert len(made) == len(default_rows("crm")) + 1
    changed, added = made[made["rule_id"] == FIRST].iloc[0], made.iloc[-1]
    assert (changed["enabled"], changed["limit"], changed["when"]) == ("否", 36, None)
    assert changed["default"] == default_frames("crm")["rules"].iloc[0]["default"]
    assert (added["rule_id"], added["limit"]) == ("U01", 1.5)


def test_rules_of_a_pack_that_the_group_is_not_are_left_out() -> None:
    chosen = Settings(rules=rule("S01", enabled="否"), known=frozenset({"S01"}))
    assert "S01" not in set(group_frames("crm", chosen, [chosen])["rules"]["rule_id"])


def test_parameters_are_taken_over_without_mail_and_name() -> None:
    chosen = replace(
        PLAIN,
        parameters={
            "提前展示天数": "14",
            "邮件服务器": "smtp.example.com",
            "分部名称": "北京",
            "工作日": "每日",
        },
    )
    made = group_frames("crm", chosen, [chosen])["parameters"].dropna(subset="value")
    assert dict(zip(made["name"], made["value"], strict=True)) == {"提前展示天数": 14, "工作日": "每日"}


def test_days_off_of_all_branches_count_those_of_the_chosen_one_first() -> None:
    chosen = replace(PLAIN, holidays={DAY: ("休息", "本地节", "")})
    spring = pd.Timestamp(2026, 2, 17)
    other = replace(PLAIN, holidays={DAY: ("上班", "盘点", "09:00-12:00"), spring: ("上班", "值班", "")})
    made = group_frames("crm", chosen, [other, chosen])["holidays"].set_index("day")
    found = made[["day_type", "name", "origin"]].to_dict("index")
    assert list(found[DAY].values()) == ["休息", "本地节", "用户"]
    assert list(found[spring].values()) == ["上班", "值班", "用户"]
    assert made.index.is_unique


def test_options_of_all_branches_count_once_in_their_order() -> None:
    one = replace(PLAIN, options={"所属行业": ("光伏", "物流")})
    other = replace(PLAIN, options={"所属行业": ("农业", "光伏"), "来源渠道": ("地推",)})
    assert all_options([one, other]) == {"所属行业": ("光伏", "物流", "农业"), "来源渠道": ("地推",)}


def test_differences_name_the_branches_and_what_counts() -> None:
    ours = replace(
        PLAIN,
        rules=rule(FIRST, enabled="否"),
        parameters={"提前展示天数": "14"},
        holidays={DAY: ("休息", "本地节", "")},
    )
    theirs = replace(
        PLAIN, parameters={"提前展示天数": "7", "邮件服务器": "x"}, rules=rule("U01", task="自定", limit="3")
    )
    found = differences("北京", ours, [("北京", ours), ("上海", theirs), ("广州", PLAIN)])
    assert [tuple(each) for each in found] == [
        ("设置不同", "规则表", FIRST, "上海、广州", f"规则 {FIRST} 与 北京 的不同", "采用 北京 的规则"),
        ("设置不同", "规则表", "U01", "上海", "规则 U01 与 北京 的不同", "采用 北京 的规则"),
        (
            "设置不同",
            "参数表",
            "提前展示天数",
            "上海（7）、广州（7）",
            "北京 为“14”，别的分部不同",
            "采用 北京 的值",
        ),
        (
            "设置不同",
            "节假日",
            "2026-03-03",
            "上海、广州",
            "休息（本地节）只有 北京 这样写",
            "并入，对所有分部有效",
        ),
    ]


def test_a_default_that_is_typed_is_no_difference() -> None:
    noted = replace(PLAIN, parameters={"提前展示天数": "7"})
    assert differences("北京", PLAIN, [("北京", PLAIN), ("上海", noted)]) == []


def test_rules_are_compared_only_where_both_packs_have_them() -> None:
    service = Settings(known=frozenset({"S01"}), rules=rule("S01", enabled="否"))
    assert differences("北京", PLAIN, [("北京", PLAIN), ("上海", service)]) == []
