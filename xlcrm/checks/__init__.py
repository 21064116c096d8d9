"""Entry checks: findings, never exceptions."""
