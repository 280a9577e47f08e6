"""The pool: simple methods of forecasting, one a file.

Each has ``forecast(z, season, horizon)``: figures without a gap, shape (series, points), into
forecasts, shape (series, horizon); what else it takes has a default. No row influences another;
another zero point, unit or sign of the figures gives the same forecast in that unit; a constant
stays what it is. Which methods a kind of series uses, with what options, says the rule set
``forecast-methods``.
"""
