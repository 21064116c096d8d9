"""`xlcrm watch`: the jobs of 任务计划 run by themselves."""
