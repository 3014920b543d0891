/* names.c -- what organisations and people are called, for whoever works with them.
 *
 * A form that asks for an organisation offers those that there are, and a log says names instead of
 * ids.  That is no list of users: no login, no moment, nothing that is not on a business card.
 *
 * Invariants:  1. Who does not belong to home learns of no other company: a bank does not hear of
 *                 other banks and carriers.  Centres, police and authorities write to it, so it
 *                 may know their names.
 *              2. People are named to their own organisation and to home. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"

enum { NAME_BYTES = 2048 }; /* of one row as JSON: a name of 256 bytes, each at most \u00xx */

static size_t names_rows(const struct visit *visit)
{
    return (size_t)visit_query_whole(visit, "limit", 500);
}

/* The end of a page: what the next begins behind, told or not. */
static void names_end(struct visit *visit, struct text *text, size_t count, const char *last)
{
    text_add_string(text, "],\"next\":");
    if (count > 0 && count == names_rows(visit))
        text_add_json(text, slice_of(last));
    else
        text_add_string(text, "null");
    text_add_char(text, '}');
    visit_answer_json(visit, 200, text);
}

static bool organisation_named(const struct visit *visit, const struct access_organisation *one)
{
    return visit->identity.home || one->home || one->kind == ORGANISATION_centre ||
           one->kind == ORGANISATION_police || one->kind == ORGANISATION_regulator ||
           strcmp(one->id, visit->identity.organisation) == 0;
}

void handle_names_organisations(struct visit *visit)
{
    struct access_organisation *rows = NULL;
    size_t count = names_rows(visit);
    enum status status = ARENA_NEW(visit->arena, count + 1, &rows);
    if (status == STATUS_OK)
        status = access_organisations(visit->reader, SLICE(""), visit_query_text(visit, "after"),
                                      visit->arena, rows, &count);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    struct text text = visit_paper(visit, (count + 1) * NAME_BYTES);
    bool first = true;
    text_add_string(&text, "{\"organisations\":[");
    for (size_t i = 0; i < count; i++) {
        if (!organisation_named(visit, &rows[i]))
            continue;
        text_addf(&text, "%s{\"id\":\"%s\",\"kind\":\"%s\",\"name\":", first ? "" : ",", rows[i].id,
                  organisation_kind_name(rows[i].kind));
        text_add_json(&text, rows[i].name);
        text_add_level(&text, rows[i].level);
        text_addf(&text, ",\"home\":%s,\"disabled\":%s}", rows[i].home ? "true" : "false",
                  rows[i].disabled ? "true" : "false");
        first = false;
    }
    names_end(visit, &text, count, count == 0 ? "" : rows[count - 1].id);
}

void handle_names_people(struct visit *visit)
{
    struct access_user *rows = NULL;
    size_t count = names_rows(visit);
    struct slice whose = visit->identity.home ? SLICE("") : slice_of(visit->identity.organisation);
    enum status status = ARENA_NEW(visit->arena, count + 1, &rows);
    if (status == STATUS_OK)
        status = access_users(visit->reader, whose, visit_query_text(visit, "after"), visit->arena,
                              rows, &count);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    struct text text = visit_paper(visit, (count + 1) * NAME_BYTES);
    text_add_string(&text, "{\"people\":[");
    for (size_t i = 0; i < count; i++) {
        char words[256];
        struct text roles = text_over(words, sizeof words);
        text_add_roles(&roles, rows[i].roles);
        text_addf(&text, "%s{\"id\":\"%s\",\"organisation\":\"%s\",\"name\":", i == 0 ? "" : ",",
                  rows[i].id, rows[i].organisation);
        text_add_json(&text, rows[i].name);
        text_add_string(&text, ",\"roles\":");
        text_add_word_list(&text, text_slice(&roles));
        text_addf(&text, ",\"disabled\":%s}",
                  slice_equal(rows[i].state, SLICE("disabled")) ? "true" : "false");
    }
    names_end(visit, &text, count, count == 0 ? "" : rows[count - 1].id);
}
