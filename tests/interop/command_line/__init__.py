"""What varve does, by its commands; varve_cli.py runs it all."""
