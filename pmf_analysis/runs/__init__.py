"""Runs: the plan (notebook by unit), its execution through Papermill, the manifest."""

from pmf_analysis.runs.planning import Plan, Task, plan_deep_dive, plan_run

__all__ = ["Plan", "Task", "plan_deep_dive", "plan_run"]
