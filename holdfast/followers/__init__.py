"""What follows the steps of the index, or looks now and then: figures, waits, logs."""
