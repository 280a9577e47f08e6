"""What is wrong with register files, gathered so that one message names it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pmf_analysis.errors import RegisterError, nearest
from pmf_analysis.register.csv_files import CsvRow
from pmf_analysis.register.yaml_files import YamlFile

Model = TypeVar("Model", bound=BaseModel)

MOST_SHOWN = 20

_EXPECTED = {
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a number that is finite",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "a text; put quotes around a number or a date that is meant as text",
    "string_too_short": "a longer text",
    "date_parsing": "a date such as 2024-03-12, or a month such as 2024-04 where a level starts",
    "date_type": "a date such as 2024-03-12",
    "date_from_datetime_parsing": "a date such as 2024-03-12",
    "date_from_datetime_inexact": "a date without a time",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a group of fields",
    "model_type": "a group of fields",
    "model_attributes_type": "a group of fields",
    "too_short": "at least one item",
    "string_pattern_mismatch": "capital letters, digits and hyphens, such as CP-01",
}


class Faults:
    """A list of faults that raises once, with all of them."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, fault: str) -> None:
        """Note one fault: where, what was given, what was expected."""
        self.found.append(fault)

    def raise_if_any(self) -> None:
        """Raise one RegisterError that names every fault.

        Raises
        ------
        RegisterError
            If any fault was noted.
        """
        if not self.found:
            return
        shown = self.found[:MOST_SHOWN]
        if len(self.found) > MOST_SHOWN:
            shown.append(f"and {len(self.found) - MOST_SHOWN} more")
        raise RegisterError("; ".join(shown), do="Mend the register file and try again")


def model_of_yaml(model: type[Model], file: YamlFile, faults: Faults) -> Model | None:
    """A YAML file as a model, or None with its faults noted by line and key path."""
    if not isinstance(file.content, dict):
        given = _shown(file.content)
        faults.add(f"{file.name}, line 1: given {given}, expected `key: value` lines")
        return None
    return model_of_part(model, file, (), file.content, faults)


def model_of_part(
    model: type[Model], file: YamlFile, at: Sequence[str | int], content: object, faults: Faults
) -> Model | None:
    """A part of a YAML file as a model, or None with its faults noted by line and key path.

    Parameters
    ----------
    model : type of BaseModel
    file : YamlFile
    at : sequence of str or int
        Key path of the part within the file.
    content : object
        The part.
    faults : Faults
        Faults are added here.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            where = place_of(file, (*at, *fault["loc"]))
            faults.add(f"{where}: {_reason(fault, model)}")
    return None


def place_of(file: YamlFile, keys: Sequence[str | int]) -> str:
    """File, line and key path of a fault."""
    path = file.path(keys)
    return f"{file.name}, line {file.line(keys)}" + (f", {path}" if path else "")


def model_of_row(
    model: type[Model], row: CsvRow, fields: Mapping[str, object], faults: Faults,
    columns: Mapping[str, str] | None = None,
) -> Model | None:  # fmt: skip
    """A CSV row as a model, or None with its faults noted by line and column.

    Parameters
    ----------
    model : type of BaseModel
    row : CsvRow
        Where the fields came from.
    fields : mapping
        What the model is given.
    faults : Faults
        Faults are added here.
    columns : mapping, optional
        Dotted path of a field to the CSV column it came from, where they differ.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            path = ".".join(str(key) for key in fault["loc"])
            column = (columns or {}).get(path, path)
            where = f"{row.name}, line {row.line}" + (f", column {column}" if column else "")
            faults.add(f"{where}: {_reason(fault, model)}")
    return None


def _reason(fault: dict, model: type[BaseModel]) -> str:
    kind, given = fault["type"], fault["input"]
    if kind == "missing":
        return "not given, but every such file needs it"
    if kind == "extra_forbidden":
        # a nested group's own fields are not at hand here: the top level's help most
        known = [field.alias or name for name, field in model.model_fields.items()]
        hint = nearest(str(fault["loc"][-1]), known) if len(fault["loc"]) == 1 else ""
        return f"unknown field, given {_shown(given)}" + (f" ({hint})" if hint else "")
    if kind == "value_error":
        return str(fault["ctx"]["error"])
    expected = _EXPECTED.get(kind) or fault["msg"].replace("Input should be ", "")
    return f"given {_shown(given)}, expected {expected}"


def _shown(given: object) -> str:
    text = repr(str(given) if not isinstance(given, str | int | float | bool | None) else given)
    return text if len(text) <= 60 else f"{text[:57]}..."
