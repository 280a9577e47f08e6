"""Published methods, each from its rule: arrays in, arrays out.

One method a file. Nothing here knows an indicator, a service area or a sentence: a function
takes numbers and the numbers of a rule set, and gives numbers and codes of `terms`. What is
drawn from them for a register's indicators stands in `analysis` and `studies`.
"""
