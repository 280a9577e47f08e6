"""The pool: simple methods of forecasting, one a file.

Each has ``forecast(z, season, horizon)``: figures without a gap on the working scale, shape
(series, points), into forecasts, shape (series, horizon). No row influences another.
"""
