/* say.c -- answers and decisions as JSON.
 *
 * What goes to the asker holds the sentences of the policy; what goes to the journal holds the
 * request instead, and of the policy only the codes: it is the journal that must tell later why.
 * Most answers have no reasons, and are made tens of thousands of times a second: what each has is
 * put together from pieces, not printed by a format. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "screen/screen.h"

static void add_moment(struct text *text, const char *key, moment at)
{
    text_add_string(text, key);
    text_add_moment(text, at, 0);
    text_add_char(text, '"');
}

static void add_number(struct text *text, const char *key, double number)
{
    text_addf(text, ",\"%s\":%.6g", key, number);
}

/* What held, with the value and the bound that it met. */
static void add_reason(struct text *text, const struct screen_reason *reason, bool sentences)
{
    const struct policy_line *line = reason->line;
    text_add_string(text, "{\"code\":");
    text_add_json(text, line->reason);
    text_addf(text, ",\"answer\":\"%s\"", screen_word_name(line->word));
    if (line->standing != GRADE_NONE) {
        text_addf(text, ",\"standing\":\"%s\",\"at_least\":\"%s\"",
                  grade_name((enum grade)reason->value), grade_name(line->standing));
    } else if (line->mark.size > 0) {
        add_number(text, "weight", reason->value);
        add_number(text, "at_least", line->weight);
    } else if (line->asks_finding && line->list.size == 0) {
        add_number(text, "score", reason->value);
        add_number(text, "at_least", line->score);
    }
    const char *what = line->standing != GRADE_NONE ? "typology"
                       : line->mark.size > 0        ? "mark"
                       : line->list.size > 0        ? "list"
                                                    : "rule";
    text_addf(text, ",\"%s\":", what);
    text_add_json(text, slice_of(reason->name));
    if (reason->since.ms != MOMENT_NONE.ms)
        add_moment(text, ",\"since\":\"", reason->since);
    if (sentences) {
        text_add_string(text, ",\"en\":");
        text_add_json(text, line->say[TONGUE_EN]);
        text_add_string(text, ",\"zh\":");
        text_add_json(text, line->say[TONGUE_ZH]);
    }
    text_add_char(text, '}');
}

static void add_answer(struct text *text, const struct screen_answer *answer, bool sentences)
{
    text_add_string(text, "\"id\":\"");
    text_add_string(text, answer->id);
    text_add_string(text, "\",\"kind\":\"");
    text_add_string(text, screen_kind_name(answer->kind));
    text_add_string(text, "\",\"answer\":\"");
    text_add_string(text, screen_word_name(answer->word));
    text_add_char(text, '"');
    add_moment(text, ",\"asked\":\"", answer->asked);
    if (answer->watermark.ms != MOMENT_NONE.ms)
        add_moment(text, ",\"known_up_to\":\"", answer->watermark);
    if (answer->until.ms != MOMENT_NONE.ms)
        add_moment(text, ",\"until\":\"", answer->until);
    text_add_string(text, ",\"findings\":");
    text_add_whole(text, answer->findings);
    if (answer->findings > 0)
        add_number(text, "score", answer->score);
    if (answer->late)
        text_add_string(text, ",\"late\":true");
    if (answer->partly)
        text_add_string(text, ",\"partly\":true");
    text_add_string(text, ",\"reasons\":[");
    for (uint32_t i = 0; i < answer->reasons_count; i++) {
        text_add_string(text, i > 0 ? "," : "");
        add_reason(text, &answer->reason[i], sentences);
    }
    text_add_char(text, ']');
    if (answer->sanction.size > 0) {
        text_add_string(text, ",\"sanction\":");
        text_add(text, answer->sanction);
    }
}

void text_add_screen_answer(struct text *text, const struct screen_answer *answer)
{
    text_add_char(text, '{');
    add_answer(text, answer, true);
    text_add_char(text, '}');
}

void text_add_screen_decision(struct text *text, const struct screen_request *request,
                              const struct screen_answer *answer)
{
    text_add_string(text, "{\"organisation\":");
    text_add_json(text, request->organisation);
    if (request->reference.size > 0) {
        text_add_string(text, ",\"reference\":");
        text_add_json(text, request->reference);
    }
    text_add_string(text, ",\"request\":");
    text_add_record(text, request->record);
    text_add_char(text, ',');
    add_answer(text, answer, false);
    text_add_char(text, '}');
}
