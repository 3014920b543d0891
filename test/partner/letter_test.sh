#!/bin/sh
# letter_test.sh LETTER_TOOL LETTER_MJS PAGE SCHEMA -- the other side's tool and ours take each other's letters, and
# docs/partner.md shows the very bytes.
# SPDX-License-Identifier: Apache-2.0
set -eu
tool=$1 other=$2 page=$3 schema=$4
fail() {
    echo "letter_test: $*"
    exit 1
}
key=$("$tool" key)
envelope=$("$tool" write)
grep -qF "$key" "$page" || fail "the page has another key"
grep -qF "$envelope" "$page" || fail "the page has another envelope"
if ! command -v node >/dev/null 2>&1; then
    echo "skipped: node is not installed"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export LETTER_NOW=1772413380000 # 2026-03-02T01:03:00Z

# Ours, taken by the other side.
printf '{"centre-530100":["%s"]}' "$key" >"$folder/keys"
printf '%s' "$envelope" | node "$other" open "$folder/keys" carrier-a >"$folder/letter"
grep -qF '"number":"+8613800138000"' "$folder/letter" || fail "the other side read another letter"
grep -qF "$(cat "$folder/letter")" "$page" || fail "the page has another letter"
for wrong in 's/"key":"./"key":"x/ KEY' 's/"signature":"....../"signature":"AAAAAA/ SIGNATURE' 's/"letter"/"Letter"/ ENVELOPE'; do
    fault=${wrong##* }
    said=$(printf '%s' "$envelope" | sed "${wrong% *}" | node "$other" open "$folder/keys" carrier-a 2>&1 || true)
    [ "$said" = "$fault" ] || fail "$wrong: the other side said $said"
done
said=$(printf '%s' "$envelope" | node "$other" open "$folder/keys" carrier-b 2>&1 || true)
[ "$said" = SELF ] || fail "the other side said $said"
said=$(printf '%s' "$envelope" | LETTER_NOW=1772413600000 node "$other" open "$folder/keys" carrier-a 2>&1 || true)
[ "$said" = EXPIRED ] || fail "the other side said $said"

# Theirs, taken by us.
node "$other" key >"$folder/pair"
seed=$(sed -n 's/^seed //p' "$folder/pair")
theirs=$(sed -n 's/^key  //p' "$folder/pair")
cat >"$folder/answer" <<END
{"id": "ffeeddccbbaa99887766554433221100", "reply_to": "00112233445566778899aabbccddeeff", "kind": "lead.answer",
 "from": "carrier-a", "to": "centre-530100", "issued": "2026-03-02T01:02:30.000Z", "expires": "2026-03-02T02:02:30.000Z",
 "body": {"holder": "张 \"三\" \u4e2d", "known": true, "cells": [1, -2, null]}}
END
node "$other" write "$seed" <"$folder/answer" >"$folder/envelope"
said=$("$tool" open "$theirs" <"$folder/envelope")
wanted='carrier-a lead.answer ffeeddccbbaa99887766554433221100 00112233445566778899aabbccddeeff {"cells":[1,-2,null],"holder":"张 \"三\" 中","known":true}'
[ "$said" = "$wanted" ] || fail "we read: $said"
said=$("$tool" open "$key" <"$folder/envelope")
[ "$said" = KEY ] || fail "we said $said"

# Both are as the schema says, where there is somebody to hold them against it.
python3 - "$schema" "$folder/letter" "$folder/envelope" <<'END' || fail "the schema says otherwise"
import json, sys
try:
    import jsonschema
except ImportError:
    sys.exit(0)
schema, letter, envelope = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.Draft202012Validator(schema).validate(envelope)
inner = {"$schema": schema["$schema"], "$ref": "#/$defs/letter", "$defs": schema["$defs"]}
jsonschema.Draft202012Validator(inner).validate(letter)
letter["more"] = 1
assert not jsonschema.Draft202012Validator(inner).is_valid(letter)
END
echo "letters are read on both sides"
