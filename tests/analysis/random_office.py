"""Random tables of a small office, and the figures of a month in plain Python, from the definitions."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

import numpy as np

from tests.compute.build import NOW


def six_months_after(day: dt.date) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + 6, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def counts(trade: dict[str, Any]) -> bool:
    """Whether a trade's amount is known, and negative only as a refund."""
    return trade["amount"] is not None and (trade["amount"] >= 0 or trade["product"] == "退款")


class Office:
    """Random tables of a small office."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        ids = [f"20230{number:02d}" for number in range(12)]
        self.customers: list[dict[str, Any]] = [
            {"customer_id": who, "name": who, "filed_on": self.day(400, 0.2)} for who in ids
        ]
        self.customers[0]["filed_on"] = "2025-10-01"
        whose = [*ids, "2099999"]
        self.trades: list[dict[str, Any]] = [
            {
                "customer_id": self.one(whose),
                "traded_on": self.day(300),
                "amount": self.number(-500, 2000, 0.05),
                "product": self.one(["设备", "退款"]),
            }
            for _ in range(50)
        ]
        self.surveys: list[dict[str, Any]] = [
            {
                "customer_id": self.one(whose),
                "surveyed_on": self.day(250),
                "quality": self.number(0, 7, 0.2),
                "attitude": self.number(1, 6, 0.2),
                "nps": self.number(-1, 13, 0.2),
            }
            for _ in range(40)
        ]
        self.complaints: list[dict[str, Any]] = [self.complaint(number, whose) for number in range(40)]
        self.talks: list[dict[str, Any]] = [
            {"customer_id": self.one(whose), "touched_at": self.moment(700)} for _ in range(40)
        ]

    def one(self, words: list[str]) -> str:
        return str(self.random.choice(words))

    def number(self, low: int, high: int, blank: float) -> float | None:
        return None if self.random.random() < blank else float(self.random.integers(low, high))

    def day(self, back: int, blank: float = 0.0) -> str | None:
        ago = int(self.random.integers(-15, back))
        return None if self.random.random() < blank else str(NOW.date() - dt.timedelta(days=ago))

    def moment(self, back: int) -> str:
        # No midnight, which would be a date without a time.
        return (
            f"{self.day(back)} {int(self.random.integers(1, 23)):02d}:{int(self.random.integers(1, 59)):02d}"
        )

    def complaint(self, number: int, whose: list[str]) -> dict[str, Any]:
        received = dt.datetime.fromisoformat(self.moment(250))
        after = received + dt.timedelta(hours=float(self.random.integers(1, 2000)))
        over = after if self.random.random() < 0.6 and after <= NOW else None
        return {
            "complaint_id": f"{number:011d}",
            "received_at": str(received),
            "customer_id": self.one(whose),
            "level": self.one(["一般", "严重"]),
            "responded_at": str(received + dt.timedelta(hours=1)),
            "resolved_at": over and str(over),
            "status": self.one(["处理中", "已关闭"]) if self.random.random() < 0.8 else None,
        }

    @property
    def tables(self) -> dict[str, Any]:
        return {
            "customers": self.customers,
            "transactions": self.trades,
            "satisfaction_surveys": self.surveys,
            "complaints": self.complaints,
            "followup_records": self.talks,
        }

    @property
    def firsts(self) -> dict[str, str]:
        """Figure -> the first month of which its table knows anything."""
        known = {row["customer_id"] for row in self.customers}
        dated = {
            "new": [row["filed_on"] for row in self.customers if row["filed_on"]],
            "lost": [row[key] for rows, key in self.contacts for row in rows if row["customer_id"] in known],
            "sales": [row["traded_on"] for row in self.trades if counts(row)],
            "satisfaction_n": [row["surveyed_on"] for row in self.surveys],
            "complaints": [row["received_at"] for row in self.complaints],
        }
        firsts = {key: min(days)[:7] for key, days in dated.items()}
        alike = {
            "trades": "sales",
            "nps_n": "satisfaction_n",
            "complaint_rate": "complaints",
            "open_complaints": "complaints",
            "judged": "complaints",
        }
        return firsts | {key: firsts[other] for key, other in alike.items()}

    @property
    def contacts(self) -> tuple[tuple[list[dict[str, Any]], str], ...]:
        """Rows that are contacts, and the key of their moment."""
        return (
            (self.trades, "traded_on"),
            (self.surveys, "surveyed_on"),
            (self.complaints, "received_at"),
            (self.talks, "touched_at"),
        )

    def expected(self, month: str) -> dict[str, float | None]:
        """What the definitions of the figures say of one month."""
        year, number = map(int, month.split("-"))
        last = dt.datetime(year, number, calendar.monthrange(year, number)[1], 23, 59, 59)
        end = min(last, NOW)
        found: dict[str, float | None] = {}
        found["customers"] = sum(
            row["filed_on"] is None or row["filed_on"] <= str(end.date()) for row in self.customers
        )
        found["new"] = self.counted(self.customers, "filed_on", month)
        found["lost"] = self.lost(month)
        self.add_sales(found, month)
        self.add_surveys(found, month)
        self.add_complaints(found, month, end)
        return found

    def counted(self, rows: list[dict[str, Any]], key: str, month: str) -> int:
        return sum(str(row[key]).startswith(month) and row[key] <= str(NOW) for row in rows)

    def lost(self, month: str) -> int:
        gone = 0
        for who in [row["customer_id"] for row in self.customers]:
            days = sorted(
                dt.date.fromisoformat(row[key][:10])
                for rows, key in self.contacts
                for row in rows
                if row["customer_id"] == who and row[key] <= str(NOW)
            )
            for place, day in enumerate(days):
                quiet = six_months_after(day)
                later = [other for other in days[place + 1 :] if other <= quiet]
                gone += not later and str(quiet).startswith(month) and quiet <= NOW.date()
        return gone

    def add_sales(self, found: dict[str, float | None], month: str) -> None:
        amounts = [
            row["amount"]
            for row in self.trades
            if row["traded_on"].startswith(month) and row["traded_on"] <= str(NOW.date()) and counts(row)
        ]
        bought = sum(amount > 0 for amount in amounts)
        found["sales"], found["trades"] = sum(amounts), bought
        found["ticket"] = sum(amounts) / bought if bought else None

    def add_surveys(self, found: dict[str, float | None], month: str) -> None:
        forms = [
            row
            for row in self.surveys
            if row["surveyed_on"].startswith(month) and row["surveyed_on"] <= str(NOW.date())
        ]
        means = []
        for form in forms:
            scores = [form[key] for key in ("quality", "attitude") if form[key] in (1, 2, 3, 4, 5)]
            means += [sum(scores) / len(scores) / 5] if scores else []
        answers = [form["nps"] for form in forms if form["nps"] in range(11)]
        found["satisfaction"] = sum(means) / len(means) if means else None
        found["satisfaction_n"] = len(means)
        points = sum((answer >= 9) - (answer <= 6) for answer in answers)
        found["nps"], found["nps_n"] = points / len(answers) * 100 if answers else None, len(answers)

    def add_complaints(self, found: dict[str, float | None], month: str, end: dt.datetime) -> None:
        number = self.counted(self.complaints, "received_at", month)
        found["complaints"] = number
        assert found["customers"]
        found["complaint_rate"] = number / found["customers"] * 100
        still, met, judged = 0, 0, 0
        for row in self.complaints:
            received = dt.datetime.fromisoformat(row["received_at"])
            resolved = row["resolved_at"] and dt.datetime.fromisoformat(row["resolved_at"])
            ended = resolved
            if ended is None and row["status"] == "已关闭":
                answered = dt.datetime.fromisoformat(row["responded_at"])
                ended = answered if answered <= NOW else received
            still += received <= end and not (ended and ended <= end)
            due = received + dt.timedelta(hours=24 if row["level"] == "一般" else 48)
            if str(received).startswith(month) and received <= NOW and (resolved or due < NOW):
                judged += 1
                met += bool(resolved and resolved <= due)
        found["open_complaints"] = still
        found["attainment"], found["judged"] = met / judged if judged else None, judged
