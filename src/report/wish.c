/* wish.c -- what a report is asked for, word by word: on the command line and in a query. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_inside.h"

static bool word_among(struct slice value, const char *const *words, unsigned count, unsigned *out)
{
    for (unsigned i = 0; i < count; i++)
        if (slice_equal(value, slice_of(words[i]))) {
            *out = i;
            return true;
        }
    return false;
}

static bool figures_read(struct report_asked *asked, struct slice list)
{
    asked->some = true;
    while (list.size > 0) {
        const char *comma = memchr(list.at, ',', list.size);
        struct slice id = {list.at, comma == NULL ? list.size : (size_t)(comma - list.at)};
        bool found = false;
        for (unsigned i = 0; i < FIGURES_COUNT; i++) {
            /* A5 is A5a and A5b. */
            struct slice known = slice_of(FIGURES[i].id);
            bool lettered = known.size == id.size + 1 && known.at[known.size - 1] >= 'a';
            if (slice_equal(known, id) || (lettered && slice_starts(known, id)))
                asked->figure[i] = found = true;
        }
        if (!found)
            return false;
        list.at += id.size + (comma != NULL);
        list.size -= id.size + (comma != NULL);
    }
    return true;
}

struct report_asked report_asked_begin(void)
{
    return (struct report_asked){.edition = -1, .from = -1, .to = -1};
}

enum status report_word(struct report_asked *asked, enum report_form *form, struct slice name,
                        struct slice value)
{
    enum { WHICH_from, WHICH_to, WHICH_edition, WHICH_by, WHICH_figures, WHICH_form, WHICH_view };
    static const char *const names[] = {"from",    "to",   "edition", "by",
                                        "figures", "form", "view",    "source"};
    static const char *const bys[] = {"", "month", "region", "type", "city", "county"};
    static const char *const forms[] = {"html", "pdf", "csv", "json"};
    static const char *const views[] = {"public", "internal"};
    static const char *const sources[] = {"any", "imported", "live"};
    int32_t *days[] = {&asked->from, &asked->to, &asked->edition};
    unsigned which = 0, choice = 0;
    if (!word_among(name, names, sizeof names / sizeof names[0], &which))
        return STATUS_MALFORMED;
    if (which <= WHICH_edition)
        return ledger_day_parse(value, days[which]);
    if (which == WHICH_figures)
        return figures_read(asked, value) ? STATUS_OK : STATUS_MALFORMED;
    bool known = which == WHICH_by     ? word_among(value, bys, BYS_COUNT, &choice) && choice > 0
                 : which == WHICH_form ? word_among(value, forms, FORMS_COUNT, &choice)
                 : which == WHICH_view ? word_among(value, views, 2, &choice)
                                       : word_among(value, sources, 3, &choice);
    if (!known)
        return STATUS_MALFORMED;
    if (which == WHICH_by)
        asked->by = (enum report_by)choice;
    else if (which == WHICH_form)
        *form = (enum report_form)choice;
    else if (which == WHICH_view)
        asked->internal = choice == 1;
    else
        asked->source = (enum report_source)choice;
    return STATUS_OK;
}

enum status report_asked_hold(const struct report_asked *asked, struct saying *why)
{
    bool span = asked->from >= 0 && asked->to >= asked->from;
    if (asked->edition >= 0 && (asked->from >= 0 || asked->to >= 0)) {
        *why = SAYING("edition= gives each figure its own period, from= and to= give all the same "
                      "one; they are not mixed.",
                      "edition= 使各项采用各自期间，from= 与 to= 使各项采用同一期间；"
                      "两者不得混用。");
        return STATUS_MALFORMED;
    }
    if (asked->edition < 0 && !span) {
        *why = SAYING("a report needs from=DAY to=DAY, or edition=DAY.",
                      "报告须给出 from=日期 to=日期，或 edition=日期。");
        return STATUS_MALFORMED;
    }
    return STATUS_OK;
}
