"""The content of approval rules, for the scripts that drive rules and templates of rules."""

import json


def content(needed=1, pool=None, branches=None):
    statement = {"Type": "Approvers", "NumberOfApprovalsNeeded": needed}
    if pool:
        statement["ApprovalPoolMembers"] = pool
    document = {"Version": "2018-11-08"}
    if branches:
        document["DestinationReferences"] = branches
    return json.dumps(document | {"Statements": [statement]})
