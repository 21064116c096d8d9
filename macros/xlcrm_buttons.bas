Attribute VB_Name = "XlcrmButtons"
' The buttons of xlcrm: one Sub an action, and XlcrmRibbon for the ribbon.
' Written by: python -m xlcrm.entrypoints.macro_text
Option Explicit

Public Sub XlcrmRefresh()
    RunPython "from xlcrm.entrypoints.buttons import press;press('refresh')"
End Sub

Public Sub XlcrmCheck()
    RunPython "from xlcrm.entrypoints.buttons import press;press('check')"
End Sub

Public Sub XlcrmAnalyse()
    RunPython "from xlcrm.entrypoints.buttons import press;press('analyse')"
End Sub

Public Sub XlcrmCopy()
    RunPython "from xlcrm.entrypoints.buttons import press;press('copy')"
End Sub

Public Sub XlcrmMail()
    RunPython "from xlcrm.entrypoints.buttons import press;press('mail')"
End Sub

Public Sub XlcrmNormalise()
    RunPython "from xlcrm.entrypoints.buttons import press;press('normalise')"
End Sub

Public Sub XlcrmUndo()
    RunPython "from xlcrm.entrypoints.buttons import press;press('undo')"
End Sub

Public Sub XlcrmAdopt()
    RunPython "from xlcrm.entrypoints.buttons import press;press('adopt')"
End Sub

Public Sub XlcrmWhy()
    RunPython "from xlcrm.entrypoints.buttons import press;press('why')"
End Sub

Public Sub XlcrmRibbon(control As Object)
    If ActiveWorkbook Is Nothing Then Exit Sub
    If ActiveWorkbook.Name = ThisWorkbook.Name Or LCase(Right(ThisWorkbook.Name, 5)) = ".xlam" Then
        RunPython "from xlcrm.entrypoints.buttons import press;press('" & control.Tag & "')"
    Else
        Application.Run "'" & Replace(ActiveWorkbook.Name, "'", "''") & "'!" & control.ID
    End If
End Sub
