"""What `check_config` says about a configuration."""
