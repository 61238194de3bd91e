"""The public CodeCommit model, as the installed botocore has it, in the form that crates/api keeps: without its documentation.

`model.py FILE` tells what FILE lacks, has too much or has differently, one line each, and fails if there is anything.
`model.py --write FILE` writes FILE anew: that is how the API gains what AWS has added.
"""

import gzip
import json
import pathlib
import sys

import botocore



def without_documentation(part):
    if isinstance(part, dict):
        return {key: without_documentation(value) for key, value in part.items()
                if not (key == "documentation" and isinstance(value, str))}
    if isinstance(part, list):
        return [without_documentation(value) for value in part]
    return part


def published():
    versions = pathlib.Path(botocore.__file__).parent.glob("data/codecommit/*/service-2.json.gz")
    with gzip.open(max(versions)) as file:
        model = without_documentation(json.load(file))
    metadata = {key: model["metadata"][key] for key in ["apiVersion", "jsonVersion", "serviceId", "targetPrefix"]}
    metadata["source"] = f"botocore {botocore.__version__}"
    return {"metadata": metadata, "operations": model["operations"], "shapes": model["shapes"]}


def differences(kept, new, path):
    """Where two parts of a model differ: the order of an object's members counts, since checks follow it."""
    if isinstance(kept, dict) and isinstance(new, dict):
        for key in new:
            if key not in kept:
                yield f"new in botocore: {path}.{key} = {json.dumps(new[key])[:200]}"
            else:
                yield from differences(kept[key], new[key], f"{path}.{key}")
        for key in kept:
            if key not in new:
                yield f"gone from botocore: {path}.{key}"
        if kept.keys() == new.keys() and list(kept) != list(new) and path.endswith(".members"):
            yield f"in another order in botocore: {path}: {', '.join(new)}"
    elif isinstance(kept, list) and isinstance(new, list) and all(isinstance(part, dict) for part in kept + new):
        # The errors of an operation.
        names = {part["shape"]: part for part in new}
        yield from differences({part["shape"]: part for part in kept}, names, path)
    elif isinstance(kept, list) and isinstance(new, list):
        for value in new:
            if value not in kept:
                yield f"new in botocore: {path} has {value!r}"
        for value in kept:
            if value not in new:
                yield f"gone from botocore: {path} has no {value!r}"
    elif kept != new:
        yield f"different in botocore: {path} is {new!r} instead of {kept!r}"


def main(arguments):
    new = published()
    if arguments[0] == "--write":
        with open(arguments[1], "w") as file:
            json.dump(new, file, indent=1)
            file.write("\n")
        return 0
    with open(arguments[0]) as file:
        kept = json.load(file)
    # A newer botocore with the same API is no difference.
    del kept["metadata"]["source"], new["metadata"]["source"]
    found = list(differences(kept, new, "model"))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
