"""Validates files against the official schemas that packages ship: validate.py KIND FILE… (KIND: cyclonedx, sarif). Prints what does not fit."""
import json
import pathlib
import sys

import jsonschema

SCHEMAS = {
    "cyclonedx": "@cyclonedx/cyclonedx-library/res/schema/bom-1.6.SNAPSHOT.schema.json",
    "sarif": "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json",
}


def main(kind, files):
    path = pathlib.Path(__file__).parent / "node_modules" / SCHEMAS[kind]
    schema = json.loads(path.read_text(encoding="utf-8"))
    # What it refers to lies beside it, and not where its name says.
    schema.pop("$id", None)
    schema.pop("id", None)
    check = jsonschema.validators.validator_for(schema)
    check.check_schema(schema)
    validator = check(schema, resolver=jsonschema.RefResolver(path.as_uri(), schema), format_checker=jsonschema.FormatChecker())
    wrong = 0
    for file in files:
        for error in validator.iter_errors(json.loads(pathlib.Path(file).read_text(encoding="utf-8"))):
            print(f"{file}: /{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
            wrong += 1
    print(f"{len(files)} files, {wrong} errors")
    return 1 if wrong else 0


sys.exit(main(sys.argv[1], sys.argv[2:]))
