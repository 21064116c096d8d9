"""`xlcrm doctor`: what of this machine and this workbook stands in the way, and what to do about it."""

from xlcrm.entrypoints.doctor.base import Check
from xlcrm.entrypoints.doctor.examine import examine, first_step, worst_state
from xlcrm.entrypoints.doctor.machine import this_machine

__all__ = ["Check", "examine", "first_step", "this_machine", "worst_state"]
