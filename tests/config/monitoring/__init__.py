"""Tests of config/monitoring/."""
