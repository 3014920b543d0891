/* reports.c -- `cutline report …`: counted rows in, published figures out.
 *
 * What a report is asked for comes as NAME=VALUE, as with work: from, to, edition, by, figures,
 * form, view. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "ground/clock.h"
#include "law_look.h"
#include "nearest.h"
#include "outlet.h"
#include "report/report.h"
#include "say.h"

enum { REPORT_TEXT_MAX = 16 << 20, ZONE_MINUTES = 480 };
#define REPORT_ARENA_MAX ((size_t)1 << 30)

/* ---- import ---- */

static void complain_troubles(const struct command *command, const char *path,
                              const struct ledger_troubles *troubles)
{
    for (uint64_t i = 0; i < troubles->count && i < LEDGER_TROUBLES_MAX; i++) {
        const char *what = LEDGER_COMPLAINTS[troubles->at[i].complaint].in[command->tongue];
        if (troubles->at[i].line > 0)
            say_wrong("%s:%llu: %s", path, (unsigned long long)troubles->at[i].line, what);
        else
            say_wrong("%s: %s", path, what);
    }
    COMPLAIN(command, "%s: nothing of it was taken (%llu wrong).",
             "%s：未导入任何行（%llu 处有误）。", path, (unsigned long long)troubles->count);
}

static enum exit_code import_one(const struct command *command, struct arena *arena,
                                 const char *path)
{
    struct ledger_troubles troubles;
    struct ledger_part *part;
    char bytes[256];
    struct text text = text_over(bytes, sizeof bytes);
    if (ARENA_NEW(arena, 1, &part) != STATUS_OK)
        return say_no_memory(command);
    enum status status = ledger_import(command->operand[0], path, arena, part, &troubles);
    if (troubles.count > 0) {
        complain_troubles(command, path, &troubles);
        return EXIT_INPUT;
    }
    if (status == STATUS_FULL)
        return say_no_memory(command);
    if (status == STATUS_REFUSED) {
        COMPLAIN(command, "%s: another process is importing.", "%s：另一进程正在导入。",
                 command->operand[0]);
        return EXIT_FAILED;
    }
    if (status != STATUS_OK) {
        COMPLAIN(command, "%s: the ledger cannot be written.", "%s：无法写入台账。",
                 command->operand[0]);
        return EXIT_FAILED;
    }
    if (command_has(command, FLAG_quiet))
        return EXIT_DONE;
    char hex[DIGEST_HEX_SIZE];
    digest_hex(&part->digest, hex);
    text_addf(&text,
              command->tongue == TONGUE_ZH ? "%llu 行，sha256:%s\n" : "%llu rows, sha256:%s\n",
              (unsigned long long)part->rows, hex);
    return say_on_out(text_slice(&text)) ? EXIT_DONE : EXIT_FAILED;
}

enum exit_code verb_report_import(const struct command *command)
{
    struct arena *arena;
    enum exit_code code = EXIT_DONE;
    if (arena_create(&arena, REPORT_ARENA_MAX) != STATUS_OK)
        return say_no_memory(command);
    for (uint32_t i = 1; i < command->operands_count && code == EXIT_DONE; i++) {
        code = import_one(command, arena, command->operand[i]);
        arena_reset(arena);
    }
    arena_destroy(arena);
    return code;
}

/* ---- what is asked for ---- */

enum form { FORM_html, FORM_pdf, FORM_csv, FORM_json };

struct asking {
    const struct command *command;
    struct report_asked asked;
    enum form form;
};

static bool read_word(const char *value, const char *const *words, unsigned count, unsigned *out)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(value, words[i]) == 0) {
            *out = i;
            return true;
        }
    return false;
}

static bool read_figures(struct report_asked *asked, struct slice list)
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

/* false: the word is not one, or its value is not. */
static bool read_operand(struct asking *asking, const char *word)
{
    static const char *const bys[] = {"", "month", "region", "type"};
    static const char *const forms[] = {"html", "pdf", "csv", "json"};
    static const char *const views[] = {"public", "internal"};
    static const char *const names[] = {"from", "to", "edition", "by", "figures", "form", "view"};
    struct report_asked *asked = &asking->asked;
    int32_t *days[] = {&asked->from, &asked->to, &asked->edition};
    const char *equals = strchr(word, '=');
    char name[16];
    unsigned which = 0, choice = 0;
    if (equals == NULL || (size_t)(equals - word) >= sizeof name)
        return false;
    memcpy(name, word, (size_t)(equals - word));
    name[equals - word] = 0;
    const char *value = equals + 1;
    if (!read_word(name, names, sizeof names / sizeof names[0], &which))
        return false;
    if (which < 3)
        return ledger_day_parse(slice_of(value), days[which]) == STATUS_OK;
    if (which == 4)
        return read_figures(asked, slice_of(value));
    bool known = which == 3   ? read_word(value, bys, 4, &choice) && choice > 0
                 : which == 5 ? read_word(value, forms, 4, &choice)
                              : read_word(value, views, 2, &choice);
    if (which == 3)
        asked->by = (enum report_by)choice;
    else if (which == 5)
        asking->form = (enum form)choice;
    else
        asked->internal = choice == 1;
    return known;
}

static enum exit_code read_operands(struct asking *asking)
{
    const struct command *command = asking->command;
    struct report_asked *asked = &asking->asked;
    asked->from = asked->to = asked->edition = -1;
    for (uint32_t i = 1; i < command->operands_count; i++)
        if (!read_operand(asking, command->operand[i])) {
            COMPLAIN(
                command,
                "`%s` is not understood: from=DAY to=DAY or edition=DAY, by=month|region|type, "
                "figures=A1,A2, form=html|pdf|csv|json, view=public|internal.",
                "无法理解 `%s`：from=日期 to=日期 或 edition=日期，by=month|region|type，"
                "figures=A1,A2，form=html|pdf|csv|json，view=public|internal。",
                command->operand[i]);
            return EXIT_USAGE;
        }
    bool span = asked->from >= 0 && asked->to >= asked->from;
    if (asked->edition >= 0 && (asked->from >= 0 || asked->to >= 0)) {
        COMPLAIN(command,
                 "edition= gives each figure its own period, from= and to= give all the same one; "
                 "they are not mixed.",
                 "edition= 使各项采用各自期间，from= 与 to= 使各项采用同一期间；两者不得混用。");
        return EXIT_USAGE;
    }
    if (asked->edition < 0 && !span) {
        COMPLAIN(command, "a report needs from=DAY to=DAY, or edition=DAY.",
                 "报告须给出 from=日期 to=日期，或 edition=日期。");
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

/* ---- the paper ---- */

static enum status print(struct law_look *look, const struct asking *asking,
                         const struct report *report, struct slice *out)
{
    bool zh = look->command->tongue == TONGUE_ZH;
    struct clock clock = clock_of_machine();
    char *bytes;
    struct document *document;
    if (asking->form >= FORM_csv) {
        TRY(ARENA_NEW(look->arena, REPORT_TEXT_MAX, &bytes));
        struct text text = text_over(bytes, REPORT_TEXT_MAX);
        TRY(asking->form == FORM_csv ? report_csv(report, &text) : report_json(report, &text));
        *out = text_slice(&text);
        return STATUS_OK;
    }
    TRY(ARENA_NEW(look->arena, 1, &document));
    *document = (struct document){
        .tongue = look->command->tongue,
        .issuer = SLICE("Cutline"),
        .title = zh ? SLICE("打击治理电信网络诈骗统计报告")
                    : SLICE("Report on the fight against telecom-network fraud"),
        .made = clock.now(clock.self),
        .zone_minutes = ZONE_MINUTES,
        .arena = look->arena,
    };
    TRY(report_paper(report, document, look->arena));
    return asking->form == FORM_pdf ? document_pdf(document, look->arena, out, look->why)
                                    : document_html(document, look->arena, out);
}

/* How many people are published: what the packs in force today say; 0: they do not. */
static int64_t least_published(const struct law *law)
{
    struct clock clock = clock_of_machine();
    law_date today = law_date_of_moment(clock.now(clock.self), ZONE_MINUTES);
    const struct law_pack *pack = law_find(law, LAW_SUBJECT_practice, today);
    int64_t least = 0;
    if (pack == NULL || law_count(pack, "publication.least", &least, NULL) != STATUS_OK)
        return 0;
    return least;
}

static enum exit_code make(struct law_look *look, struct asking *asking)
{
    const struct command *command = look->command;
    struct report *report;
    struct slice bytes = SLICE("");
    enum exit_code code = law_look_read(look);
    if (code != EXIT_DONE)
        return code;
    asking->asked.law = &look->law;
    asking->asked.least = least_published(&look->law);
    if (ARENA_NEW(look->arena, 1, &report) != STATUS_OK)
        return say_no_memory(command);
    const char *folder = command->operand[0];
    enum status status = report_make(report, folder, &asking->asked, look->arena, look->why);
    if (status == STATUS_OK)
        status = print(look, asking, report, &bytes);
    if (status == STATUS_OK)
        return outlet_put(command, command_value(command, FLAG_output), bytes);
    if (look->why[command->tongue].size > 0)
        say_wrong("%s", look->why[command->tongue].at);
    else if (status == STATUS_IO)
        COMPLAIN(command, "%s: the ledger cannot be read.", "%s：无法读取台账。", folder);
    else
        return say_no_memory(command);
    return status == STATUS_REFUSED || status == STATUS_MALFORMED ? EXIT_INPUT : EXIT_FAILED;
}

enum exit_code verb_report(const struct command *command)
{
    struct asking asking = {.command = command};
    struct law_look look;
    enum exit_code code = read_operands(&asking);
    if (code != EXIT_DONE)
        return code;
    code = law_look_open(&look, command);
    return law_look_close(&look, code == EXIT_DONE ? make(&look, &asking) : code);
}
