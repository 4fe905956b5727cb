"""What operators see: logs, traces, gauges, readiness, alarms and their page."""
