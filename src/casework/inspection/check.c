/* check.c -- check-lists and findings: lists of flat objects, as fields keep them.
 *
 *   [{"key":"real_name","result":"breach","fact":"40 of 200 sampled cards without a photo"},…]
 *
 * Lists come here checked: valid JSON without blanks between members (casework/work/json.c). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/inspection/inspection_inside.h"

#include <assert.h>
#include <string.h>

enum side { ANY, TELECOM, FINANCE, INTERNET };

static const struct {
    const char *name;
    enum side side;
    struct saying says;
} CHECKS[] = {
#define CHECK(name, side, en, zh) {#name, side, SAYING(en, zh)},
#include "casework/inspection/checks.inc"
#undef CHECK
};

static_assert(CHECKS_COUNT <= 32, "a bit for each");

/* ---- lists ---- */

/* Behind the text that begins at `at`, which is a quote. */
static size_t text_end(struct slice json, size_t at)
{
    for (at++; at < json.size && json.at[at] != '"'; at++)
        if (json.at[at] == '\\')
            at++;
    return at + 1;
}

bool list_object(struct slice list, size_t *at, struct slice *object)
{
    size_t from = *at, depth = 0;
    while (from < list.size && list.at[from] != '{')
        from++;
    for (size_t i = from; i < list.size;) {
        char c = list.at[i];
        if (c == '"') {
            i = text_end(list, i);
            continue;
        }
        i++;
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        if (depth > 0)
            continue;
        *object = (struct slice){list.at + from, i - from};
        *at = i;
        return true;
    }
    return false;
}

bool object_text(struct slice object, const char *name, struct slice *out)
{
    size_t depth = 0;
    for (size_t i = 0; i < object.size;) {
        char c = object.at[i];
        if (c != '"') {
            depth += c == '{' || c == '[';
            depth -= c == '}' || c == ']';
            i++;
            continue;
        }
        size_t end = text_end(object, i);
        struct slice word = {object.at + i + 1, end - i - 2};
        bool named = depth == 1 && end + 1 < object.size && object.at[end] == ':' &&
                     slice_equal(word, slice_of(name));
        if (named && object.at[end + 1] == '"') {
            size_t last = text_end(object, end + 1);
            *out = (struct slice){object.at + end + 2, last - end - 3};
            return true;
        }
        i = end;
    }
    return false;
}

void text_add_plain(struct text *text, struct slice between_quotes)
{
    for (size_t i = 0; i < between_quotes.size; i++) {
        char c = between_quotes.at[i];
        if (c == '\\' && i + 1 < between_quotes.size) {
            c = between_quotes.at[++i];
            if (c == 'u') { /* a control character: nobody reads it */
                i += 4;
                c = ' ';
            } else if (strchr("bfnrt", c) != NULL) {
                c = ' ';
            }
        }
        text_add(text, (struct slice){&c, 1});
    }
}

/* ---- checks ---- */

enum status check_find(struct slice name, enum check_name *out)
{
    for (unsigned i = 0; i < CHECKS_COUNT; i++) {
        if (!slice_equal(name, slice_of(CHECKS[i].name)))
            continue;
        *out = (enum check_name)i;
        return STATUS_OK;
    }
    return STATUS_ABSENT;
}

const struct saying *check_says(enum check_name check)
{
    return &CHECKS[check].says;
}

const char *check_act(enum check_name check, struct slice company_kind)
{
    bool carrier = slice_equal(company_kind, SLICE("carrier"));
    bool internet = slice_equal(company_kind, SLICE("internet"));
    bool finance =
        slice_equal(company_kind, SLICE("bank")) || slice_equal(company_kind, SLICE("payment"));
    switch (CHECKS[check].side) {
    case ANY:
        return carrier ? "art39" : finance ? "art40" : internet ? "art41" : NULL;
    case TELECOM:
        return carrier ? "art39" : NULL;
    case FINANCE:
        return finance ? "art40" : NULL;
    case INTERNET: /* carriers are internet providers, too */
        return carrier || internet ? "art41" : NULL;
    }
    return NULL;
}

bool checklist_holds(struct slice checklist, struct slice company_kind, uint32_t *out)
{
    struct slice object, key;
    enum check_name check;
    uint32_t seen = 0;
    for (size_t at = 0; list_object(checklist, &at, &object);) {
        if (!object_text(object, "key", &key) || check_find(key, &check) != STATUS_OK ||
            (seen & ((uint32_t)1 << check)) != 0)
            return false;
        if (company_kind.size > 0 && check_act(check, company_kind) == NULL)
            continue; /* the list of a mixed batch: not for this one */
        seen |= (uint32_t)1 << check;
    }
    *out = seen;
    return seen != 0;
}

bool findings_hold(struct slice findings, uint32_t checks, uint32_t *breaches)
{
    struct slice object, key, result, fact = SLICE("");
    enum check_name check;
    uint32_t seen = 0, broken = 0;
    for (size_t at = 0; list_object(findings, &at, &object);) {
        if (!object_text(object, "key", &key) || check_find(key, &check) != STATUS_OK ||
            !object_text(object, "result", &result))
            return false;
        uint32_t bit = (uint32_t)1 << check;
        bool breach = slice_equal(result, SLICE("breach"));
        bool known =
            breach || slice_equal(result, SLICE("pass")) || slice_equal(result, SLICE("none"));
        if (!known || (seen & bit) != 0 || (checks & bit) == 0)
            return false;
        if (breach && (!object_text(object, "fact", &fact) || fact.size == 0))
            return false;
        seen |= bit;
        broken |= breach ? bit : 0;
    }
    *breaches = broken;
    return seen == checks;
}

void text_add_breaches(struct text *text, struct slice findings, struct slice company_kind,
                       const char *act)
{
    struct slice object, key, result, fact;
    enum check_name check;
    bool first = true;
    for (size_t at = 0; list_object(findings, &at, &object);) {
        if (!object_text(object, "key", &key) || check_find(key, &check) != STATUS_OK ||
            !object_text(object, "result", &result) || !slice_equal(result, SLICE("breach")) ||
            !object_text(object, "fact", &fact))
            continue;
        const char *under = check_act(check, company_kind);
        if (under == NULL || strcmp(under, act) != 0)
            continue;
        text_addf(text, "%s%s (%s): ", first ? "" : "; ", CHECKS[check].says.in[TONGUE_ZH],
                  CHECKS[check].name);
        text_add_plain(text, fact);
        first = false;
    }
}
