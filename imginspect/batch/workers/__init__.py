"""What does the work, and what is done: engines, the tasks that workers get, and what bounds them."""
