"""The same count, slowly: one record after another, as the definition reads.

Nothing here uses `pmf_analysis.counting`, numpy or pandas. Records are dictionaries, dates are
`datetime.date` or None, yes and no are words. A definition is the group ``source.records`` as
the YAML file has it.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

DAY = timedelta(days=1)


# -- records as known ------------------------------------------------------------------------


def known(rows, rule, as_at):
    """The newest version of each record by ``as_at``, without those withdrawn.

    ``rows`` come in the order of publication; within a delivery, ``line`` says which is later.
    """
    order = {}
    for row in rows:
        order.setdefault(row["delivery"], len(order))
    newest, keyless = {}, []
    for row in rows:
        since = row[rule["changed"]] or row[rule["entered"]] or date.min
        if since > as_at:
            continue
        if row[rule["key"]] is None:
            keyless.append(row)
            continue
        rank = (since, order[row["delivery"]], row["line"])
        before = newest.get(row[rule["key"]])
        if before is None or rank > before[0]:
            newest[row[rule["key"]]] = (rank, row)
    found = [row for _, row in newest.values()] + keyless
    return [row for row in found if row[rule["withdrawn"]] != "yes"]


# -- days ------------------------------------------------------------------------------------


def last_of_month(year, month):
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - DAY


def months_before(on, months):
    number = on.year * 12 + on.month - 1 - months
    last = last_of_month(number // 12, number % 12 + 1)
    if on == last_of_month(on.year, on.month) or on.day > last.day:
        return last
    return last.replace(day=on.day)


def age(born, on):
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


class WorkingDays:
    """Working days after a day up to another, counted one by one and remembered."""

    def __init__(self, holidays):
        self.holidays = {date.fromisoformat(day) for day in holidays}
        self.known = {}

    def between(self, start, end):
        if end < start:
            return -self.between(end, start)
        if (start, end) not in self.known:
            count, at = 0, start
            while at < end:
                at += DAY
                count += at.weekday() < 5 and at not in self.holidays
            self.known[start, end] = count
        return self.known[start, end]


# -- conditions ------------------------------------------------------------------------------


class Tables:
    """Tables of records, with a look-up by any field."""

    def __init__(self, tables, holidays):
        self.tables = tables
        self.working_days = WorkingDays(holidays)
        self._by = {}

    def by(self, table, field):
        if (table, field) not in self._by:
            found = defaultdict(list)
            for row in self.tables[table]:
                found[row[field]].append(row)
            self._by[table, field] = found
        return self._by[table, field]

    def value(self, record, name):
        if "." not in name:
            return record[name]
        table, field = name.split(".")
        key = record[f"{table}_id"]
        owners = self.by(table, f"{table}_id").get(key, []) if key is not None else []
        return owners[-1][field] if owners else None


def _word(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _within(amount, test):
    if amount is None:
        return False
    least, most = test.get("at_least"), test.get("at_most")
    return (least is None or amount >= least) and (most is None or amount <= most)


def _field(test, record, on, tables):
    held = tables.value(record, test["field"])
    for name, given in test.items():
        if name == "field":
            continue
        if name == "filled":
            good = (held is not None) == given
        elif held is None:
            good = False
        elif name == "is":
            good = _word(held) == _word(given)
        elif name == "in":
            good = _word(held) in [_word(one) for one in given]
        elif name == "not_in":
            good = _word(held) not in [_word(one) for one in given]
        elif name == "at_least":
            good = held >= given
        elif name == "at_most":
            good = held <= given
        else:
            other = tables.value(record, given)
            good = other is not None and (held < other if name == "before" else held <= other)
        if not good:
            return False
    return True


def amount(test, record, on, tables):
    """What a condition that measures finds; None where a date is missing."""
    if "age" in test:
        born = tables.value(record, test["age"])
        return None if born is None else age(born, on)
    if "overlapping" in test:
        return _overlapping(test["overlapping"], record, on, tables)
    kind = "days" if "days" in test else "working_days"
    begun, done = (tables.value(record, test[kind][end]) for end in ("from", "to"))
    if begun is None or done is None:
        return None
    return (done - begun).days if kind == "days" else tables.working_days.between(begun, done)


def _overlapping(wanted, record, on, tables):
    """Records of another table of which some day lies in the months up to ``on``.

    Without months, ``on`` itself is the day that they must be open on.
    """
    by = wanted.get("by", "child_id")
    if record[by] is None:
        return 0
    after, found = months_before(on, wanted.get("months", 0)), 0
    for other in tables.by(wanted["table"], by).get(record[by], []):
        begun, ended = other[wanted["from"]], other[wanted["to"]]
        if begun is None or begun > on:
            continue
        if ended is None:
            found += 1
        elif ended >= begun:
            gone = ended + DAY if wanted.get("inclusive") else ended
            found += gone > after
    return found


def _earlier(test, record, on, tables):
    wanted = test["earlier"]
    if record["child_id"] is None:
        return False
    since = months_before(on, wanted["months"])
    others = tables.by(wanted["table"], "child_id").get(record["child_id"], [])
    return any(o[wanted["at"]] is not None and since < o[wanted["at"]] < on for o in others)


def holds(tests, record, on, tables):
    """Whether a record meets every one of some conditions."""
    for test in tests:
        if "field" in test:
            good = _field(test, record, on, tables)
        elif "earlier" in test:
            good = _earlier(test, record, on, tables)
        else:
            good = _within(amount(test, record, on, tables), test)
        if not good:
            return False
    return True


# -- months ----------------------------------------------------------------------------------


def covered(log, table):
    """Every day that some extract of a table covers."""
    days = set()
    for row in log:
        if row["table_name"] == table and row["covers_from"] and row["covers_to"]:
            at = row["covers_from"]
            while at <= row["covers_to"]:
                days.add(at)
                at += DAY
    return days


def months_counted(log, tables, history):
    days = set.intersection(*(covered(log, table) for table in tables))

    def whole(number):
        year, month = divmod(number, 12)
        at, last = date(year, month + 1, 1), last_of_month(year, month + 1)
        while at <= last:
            if at not in days:
                return False
            at += DAY
        return True

    if not days:
        return []
    first, last = min(days), max(days)
    candidates = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    there = {number for number in candidates if whole(number)}
    return [n for n in sorted(there) if all(n - b in there for b in range(history + 1))]


# -- units -----------------------------------------------------------------------------------


class Units:
    """Who stands above whom, by the register's own rows."""

    def __init__(self, register, as_at, now):
        self.units, self.moves, self.county = register.units, register.unit_moves, register.county
        self.as_at, self.now, self.known = as_at, now, {}

    def parent(self, code, on):
        for move in sorted(self.moves, key=lambda move: move.moved_on):
            if move.unit == code and on < move.moved_on:
                return move.parent_before
        return self.units[code].parent

    def above(self, code, on):
        found, at = [], self.parent(code, on)
        while at:
            found.append(at)
            at = self.parent(at, on)
        return found

    def is_below(self, code, wholes):
        """Whether a unit is one of these or stands below one, on the as-at date."""
        return code in self.units and any(
            one in wholes for one in [code, *self.above(code, self.as_at)]
        )

    def there(self, code, on):
        unit = self.units[code]
        return (unit.valid_from is None or unit.valid_from <= on) and (
            unit.valid_to is None or on <= unit.valid_to
        )

    def followers(self, code, on):
        unit = self.units[code]
        if not unit.successors or unit.valid_to is None or on <= unit.valid_to:
            return {code}
        return set().union(*(self.followers(one, on) for one in unit.successors))

    def counting(self, code, on):
        """Every unit that a record of a unit counts to, for a day."""
        on = self.as_at if self.now else on
        if (code, on) not in self.known:
            self.known[code, on] = self._counting(code, on)
        return self.known[code, on]

    def _counting(self, code, on):
        if code not in self.units:
            return {self.county}
        after = self.followers(code, on)
        shared = set.intersection(*({one, *self.above(one, on)} for one in after))
        if len(after) > 1 and self.now:
            shared.add(code)
        return {one for one in shared if self.now or self.there(one, on)}

    def exists(self, code, start, end):
        """Whether a unit existed on some day; as they are now, any unit whose past it has."""
        if (code, start, end) not in self.known:
            self.known[code, start, end] = self._exists(code, start, end)
        return self.known[code, start, end]

    def _exists(self, code, start, end):
        own = [code]
        if self.now:
            own = [one for one in self.units if code in self.counting(one, self.as_at)]
        for one in own:
            unit = self.units[one]
            if (unit.valid_from is None or unit.valid_from <= end) and (
                unit.valid_to is None or start <= unit.valid_to
            ):
                return True
        return False


# -- the count -------------------------------------------------------------------------------


def _cases(source, rows, months):
    """Every record with each month in which it counts, and the day for which it is looked at."""
    for number in months:
        year, month = divmod(number, 12)
        first, last = date(year, month + 1, 1), last_of_month(year, month + 1)
        if "at" in source:
            for row in rows:
                if row[source["at"]] is not None and first <= row[source["at"]] <= last:
                    yield number, row[source["at"]], row
        elif "open" in source:
            rule = source["open"]
            for row in rows:
                begun, ended = row[rule["from"]], row[rule["to"]]
                if begun is None or begun > last or (ended is not None and ended < begun):
                    continue
                inclusive = rule.get("inclusive", False)
                if ended is None or ended > last or (inclusive and ended == last):
                    yield number, last, row
        else:
            latest = {}
            for place, row in enumerate(rows):
                on = row[source["latest"]]
                if on is None or on > last:
                    continue
                child = row["child_id"] if row["child_id"] is not None else ("alone", place)
                rank = (on, row[f"{source['table']}_id"])
                if child not in latest or rank > latest[child][0]:
                    latest[child] = (rank, row)
            for _, row in latest.values():
                yield number, last, row


def _codes(indicator, source, row, on, tables, units):
    """What names the units that a record is counted to; None where nothing does."""
    way = indicator["attribute_to"]
    if way == "home_district":
        name = "home_district" if "home_district" in row else "child.home_district"
        return [tables.value(row, name)]
    if way == "team_at_period_end" and source["table"] != "allocation" and "child_id" in row:
        teams = []
        if row["child_id"] is not None:
            for held in tables.by("allocation", "child_id").get(row["child_id"], []):
                begun, ended = held["started_on"], held["ended_on"]
                holder = not source.get("held_by") or units.is_below(
                    held["team"], source["held_by"]
                )
                if holder and begun is not None and begun <= on and (ended is None or ended > on):
                    teams.append(held["team"])
        if teams:
            return teams
    return [row.get(source.get("team", "team_then"))]


def _tables(indicator, source, tables):
    """The tables that a definition looks at."""
    found = {source["table"]}
    tests = [*source.get("where", ()), *source.get("numerator", ())]
    tests += [one for each in source.get("cohorts", {}).values() for one in each["where"]]
    for test in [*tests, *([source["total"]] if "total" in source else [])]:
        for given in test.values():
            if isinstance(given, dict) and "table" in given:
                found.add(given["table"])
            if isinstance(given, str) and "." in given:
                found.add(given.split(".")[0])
    about_child = "child_id" in (tables.tables[source["table"]] or [{}])[0]
    if indicator["attribute_to"] == "team_at_period_end" and about_child:
        found.add("allocation")
    if indicator["attribute_to"] == "home_district":
        own = (tables.tables[source["table"]] or [{"home_district": ""}])[0]
        found |= set() if "home_district" in own else {"child"}
    return found


def count(indicator, tables, register, as_at, now=False):
    """One indicator: ``{(unit, cohort, month, column): number}``, and the unattributed.

    ``indicator`` is the content of its file; ``tables`` a `Tables`; months are numbers, the
    year times 12 and the month counted from 0.
    """
    source, units = indicator["source"]["records"], Units(register, as_at, now)
    log = tables.tables["extract_log"]
    months = months_counted(log, _tables(indicator, source, tables), source.get("history", 0))
    cases = [
        case for case in _cases(source, tables.tables[source["table"]], months)
        if holds(source.get("where", ()), case[2], case[1], tables)
    ]  # fmt: skip
    figures, unattributed = {}, {}
    cohorts = {name: each["where"] for name, each in source.get("cohorts", {}).items()}
    for cohort, tests in {"all": (), **cohorts}.items():
        below, above, lost = defaultdict(set), defaultdict(set), defaultdict(set)
        sums = defaultdict(int)
        for month, on, row in cases:
            if not holds(tests, row, on, tables):
                continue
            thing = id(row)
            if source.get("count") == "children" and row["child_id"] is not None:
                thing = row["child_id"]
            added = amount(source["total"], row, on, tables) if "total" in source else None
            if "total" in source and added is None:
                continue
            met = holds(source.get("numerator", ()), row, on, tables)
            codes = _codes(indicator, source, row, on, tables, units)
            if any(code not in register.units for code in codes):
                lost[month].add(id(row))
            for unit in set().union(*(units.counting(code, on) for code in codes)):
                below[unit, month].add(thing)
                if met:
                    above[unit, month].add(thing)
                sums[unit, month] += added or 0
        ever = {unit for unit, _ in below}
        for unit in sorted(ever):
            if register.units[unit].kind.value not in indicator["applies_to"]:
                continue
            for month in months:
                first = date(month // 12, month % 12 + 1, 1)
                last = last_of_month(first.year, first.month)
                if not units.exists(unit, first if "at" in source else last, last):
                    continue
                top = sums[unit, month] if "total" in source else len(above[unit, month])
                figures[unit, cohort, month, "numerator"] = top
                if indicator["kind"] != "count":
                    figures[unit, cohort, month, "denominator"] = len(below[unit, month])
        if indicator["applies_to"] != ["county"]:
            unattributed |= {(cohort, month): len(found) for month, found in lost.items()}
    return figures, unattributed
