"""startup: what the container runs when it starts, from ENTRYPOINT and CMD to the scripts behind them."""
