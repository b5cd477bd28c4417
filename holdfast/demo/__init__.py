"""What `holdfast demo` adds: accounts, people who reach out, a telephone in the browser."""
