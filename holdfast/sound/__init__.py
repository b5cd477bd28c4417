"""The sound of calls, wherever it is: in this process, or in processes of its own."""
