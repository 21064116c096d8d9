"""VBA projects without Excel: modules in, the bytes of a `vbaProject.bin` out."""

from __future__ import annotations

from xlcrm.templates.vba.module import WORKBOOK, Module, ModuleKind, document_modules
from xlcrm.templates.vba.project import vba_project

__all__ = ["WORKBOOK", "Module", "ModuleKind", "document_modules", "vba_project"]
