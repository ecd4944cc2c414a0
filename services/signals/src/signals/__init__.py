"""What a process tells about itself: metrics, logs, and what none of them may hold."""
