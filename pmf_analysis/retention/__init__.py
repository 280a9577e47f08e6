"""What is kept no longer than it is needed: a plan that anyone can read, then deletion."""

from pmf_analysis.retention.deleting import Pruned, prune
from pmf_analysis.retention.planning import Due, Pruning, plan_prune
from pmf_analysis.retention.policy import Policy, read_policy

__all__ = ["Due", "Policy", "Pruned", "Pruning", "plan_prune", "prune", "read_policy"]
