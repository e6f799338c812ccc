"""Published data, answered from memory: what is kept, what it rests on, what has changed."""
