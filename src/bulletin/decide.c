/* decide.c -- what people made of alerts.  A decision is a word of outcomes.inc with who and when;
 * why stands in the audit log, because a reason may name people.  Nothing is deleted: what was
 * decided can be taken up again, and decided anew. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bulletin/bulletin_inside.h"

static const char *const OUTCOMES[] = {
#define OUTCOME(name, en, zh) #name,
#include "bulletin/outcomes.inc"
#undef OUTCOME
};

static bool is_outcome(struct slice word)
{
    for (size_t i = 0; i < sizeof OUTCOMES / sizeof OUTCOMES[0]; i++)
        if (slice_equal(word, slice_of(OUTCOMES[i])))
            return true;
    return false;
}

enum status bulletin_decide(struct bulletin *bulletin, struct slice id, struct slice outcome,
                            struct slice actor, struct arena *scratch)
{
    static const char FIND[] = "SELECT outcome FROM alert WHERE id = ?1";
    static const char DECIDE[] =
        "UPDATE alert SET outcome = ?2, decided_by = ?3, decided = ?4 WHERE id = ?1";
    struct store *store = bulletin->options.store;
    int64_t now = bulletin->options.clock.now(bulletin->options.clock.self).ms;
    const struct store_value values[] = {STORE_OF_TEXT(id), STORE_OF_TEXT(outcome),
                                         STORE_OF_TEXT(actor), STORE_OF_WHOLE(now)};
    struct store_value found[1];
    if (!is_outcome(outcome))
        return STATUS_MALFORMED;
    TRY(store_one(store, FIND, values, 1, found, 1, scratch));
    bool open = slice_equal(found[0].bytes, slice_of(OUTCOMES[0]));
    bool opens = slice_equal(outcome, slice_of(OUTCOMES[0]));
    if (open == opens)
        return STATUS_REFUSED;
    return store_run(store, DECIDE, values, 4);
}
