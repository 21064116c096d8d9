Attribute VB_Name = "xlwings_udfs"
'Generated from the declarations of xlcrm: changes will be lost
#Const App = "Microsoft Excel" 'Adjust when using outside of Excel
Function XLCRM_CHECK(kind, cell)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        XLCRM_CHECK = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_CHECK", Array(kind, cell), ThisWorkbook, Application.Caller)
        Exit Function
    #Else
        XLCRM_CHECK = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_CHECK", Array(kind, cell))
        Exit Function
    #End If
failed:
    XLCRM_CHECK = Err.Description
End Function

Function XLCRM_DEADLINE(start, limit, unit, Optional calendar, Optional hours, Optional holidays, Optional weekdays)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        XLCRM_DEADLINE = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_DEADLINE", Array(start, limit, unit, calendar, hours, holidays, weekdays), ThisWorkbook, Application.Caller)
        Exit Function
    #Else
        XLCRM_DEADLINE = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_DEADLINE", Array(start, limit, unit, calendar, hours, holidays, weekdays))
        Exit Function
    #End If
failed:
    XLCRM_DEADLINE = Err.Description
End Function

Function XLCRM_FESTIVAL(day_or_name, Optional in_year)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        XLCRM_FESTIVAL = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_FESTIVAL", Array(day_or_name, in_year), ThisWorkbook, Application.Caller)
        Exit Function
    #Else
        XLCRM_FESTIVAL = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_FESTIVAL", Array(day_or_name, in_year))
        Exit Function
    #End If
failed:
    XLCRM_FESTIVAL = Err.Description
End Function

Function XLCRM_NEXT_DUE(last, frequency, Optional day_off, Optional holidays, Optional weekdays)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        XLCRM_NEXT_DUE = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_NEXT_DUE", Array(last, frequency, day_off, holidays, weekdays), ThisWorkbook, Application.Caller)
        Exit Function
    #Else
        XLCRM_NEXT_DUE = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_NEXT_DUE", Array(last, frequency, day_off, holidays, weekdays))
        Exit Function
    #End If
failed:
    XLCRM_NEXT_DUE = Err.Description
End Function

Function XLCRM_NPS(scores)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        XLCRM_NPS = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_NPS", Array(scores), ThisWorkbook, Application.Caller)
        Exit Function
    #Else
        XLCRM_NPS = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_NPS", Array(scores))
        Exit Function
    #End If
failed:
    XLCRM_NPS = Err.Description
End Function

Function XLCRM_RFM(recency, purchases, amount, Optional method, Optional fixed_days, Optional fixed_count, Optional fixed_amount)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        XLCRM_RFM = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_RFM", Array(recency, purchases, amount, method, fixed_days, fixed_count, fixed_amount), ThisWorkbook, Application.Caller)
        Exit Function
    #Else
        XLCRM_RFM = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_RFM", Array(recency, purchases, amount, method, fixed_days, fixed_count, fixed_amount))
        Exit Function
    #End If
failed:
    XLCRM_RFM = Err.Description
End Function

Function XLCRM_STATUS(due, done, Optional as_of, Optional warning, Optional start, Optional calendar, Optional hours, Optional holidays, Optional weekdays)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        XLCRM_STATUS = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_STATUS", Array(due, done, as_of, warning, start, calendar, hours, holidays, weekdays), ThisWorkbook, Application.Caller)
        Exit Function
    #Else
        XLCRM_STATUS = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_STATUS", Array(due, done, as_of, warning, start, calendar, hours, holidays, weekdays))
        Exit Function
    #End If
failed:
    XLCRM_STATUS = Err.Description
End Function

Function XLCRM_WORKMINUTES(start, finish, Optional hours, Optional holidays, Optional weekdays)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        XLCRM_WORKMINUTES = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_WORKMINUTES", Array(start, finish, hours, holidays, weekdays), ThisWorkbook, Application.Caller)
        Exit Function
    #Else
        XLCRM_WORKMINUTES = XLPy.CallUDF("xlcrm.entrypoints.udfs", "XLCRM_WORKMINUTES", Array(start, finish, hours, holidays, weekdays))
        Exit Function
    #End If
failed:
    XLCRM_WORKMINUTES = Err.Description
End Function

