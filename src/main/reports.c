/* reports.c -- `cutline report …`: counted rows in, published figures out.
 *
 * What a report is asked for comes as NAME=VALUE, as with work: from, to, edition, by, figures,
 * form, view. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "asking.h"
#include "ground/clock.h"
#include "law_look.h"
#include "nearest.h"
#include "outlet.h"
#include "reading.h"
#include "report/report.h"
#include "say.h"

enum { REPORT_TEXT_MAX = 16 << 20, ZONE_MINUTES = 480, URL_MAX = 2048 };
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

struct wanted {
    const struct command *command;
    struct report_asked asked;
    enum report_form form;
};

static enum exit_code read_operands(struct wanted *wanted, unsigned from)
{
    const struct command *command = wanted->command;
    struct saying why;
    wanted->asked = report_asked_begin();
    for (uint32_t i = from; i < command->operands_count; i++) {
        const char *word = command->operand[i], *equals = strchr(word, '=');
        struct slice name = {word, equals == NULL ? 0 : (size_t)(equals - word)};
        if (equals == NULL ||
            report_word(&wanted->asked, &wanted->form, name, slice_of(equals + 1)) != STATUS_OK) {
            COMPLAIN(command,
                     "`%s` is not understood: from=DAY to=DAY or edition=DAY, "
                     "by=month|region|city|county|type, figures=A1,A2, form=html|pdf|csv|json, "
                     "view=public|internal, source=any|imported|live.",
                     "无法理解 `%s`：from=日期 to=日期 或 edition=日期，"
                     "by=month|region|city|county|type，figures=A1,A2，form=html|pdf|csv|json，"
                     "view=public|internal，source=any|imported|live。",
                     word);
            return EXIT_USAGE;
        }
    }
    if (report_asked_hold(&wanted->asked, &why) == STATUS_OK)
        return EXIT_DONE;
    COMPLAIN(command, "%s", "%s", why.in[command->tongue]);
    return EXIT_USAGE;
}

/* ---- the paper ---- */

static enum status print(struct law_look *look, const struct wanted *wanted,
                         const struct report *report, struct slice *out)
{
    bool zh = look->command->tongue == TONGUE_ZH;
    struct clock clock = clock_of_machine();
    char *bytes;
    struct document *document;
    if (wanted->form >= FORM_csv) {
        TRY(ARENA_NEW(look->arena, REPORT_TEXT_MAX, &bytes));
        struct text text = text_over(bytes, REPORT_TEXT_MAX);
        TRY(wanted->form == FORM_csv ? report_csv(report, &text) : report_json(report, &text));
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
    return wanted->form == FORM_pdf ? document_pdf(document, look->arena, out, look->why)
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

static enum exit_code make(struct law_look *look, struct wanted *wanted)
{
    const struct command *command = look->command;
    struct report *report;
    struct slice bytes = SLICE("");
    enum exit_code code = law_look_read(look);
    if (code != EXIT_DONE)
        return code;
    wanted->asked.law = &look->law;
    wanted->asked.least = least_published(&look->law);
    if (ARENA_NEW(look->arena, 1, &report) != STATUS_OK)
        return say_no_memory(command);
    const char *folder = command->operand[0];
    enum status status = report_make(report, folder, &wanted->asked, look->arena, look->why);
    if (status == STATUS_OK)
        status = print(look, wanted, report, &bytes);
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

/* ---- of a running service ---- */

/* The operands are words of a query as they are: they were read, and hold nothing else. */
static enum exit_code ask_service(const struct command *command, struct asking *asking,
                                  struct arena *arena)
{
    char *url = NULL, *bytes = NULL;
    bool formed = false;
    if (ARENA_NEW(arena, URL_MAX, &url) != STATUS_OK ||
        ARENA_NEW(arena, REPORT_TEXT_MAX, &bytes) != STATUS_OK)
        return say_no_memory(command);
    struct text where = text_over(url, URL_MAX), answer = text_over(bytes, REPORT_TEXT_MAX);
    text_addf(&where, "%s/v1/reports?tongue=%s", asking->to,
              command->tongue == TONGUE_ZH ? "zh" : "en");
    for (uint32_t i = 0; i < command->operands_count; i++) {
        text_addf(&where, "&%s", command->operand[i]);
        formed = formed || strncmp(command->operand[i], "form=", 5) == 0;
    }
    text_add_string(&where, formed ? "" : "&form=html");
    struct courier_errand errand = {
        .url = url, .header = {asking->authorization}, .answer = &answer};
    enum status status = where.full ? STATUS_FULL : courier_go(&asking->line, &errand);
    enum exit_code code = asking_judge(asking, status, errand.http_status, text_slice(&answer));
    return code == EXIT_DONE
               ? outlet_put(command, command_value(command, FLAG_output), text_slice(&answer))
               : code;
}

static enum exit_code report_of_service(const struct command *command)
{
    struct wanted wanted = {.command = command};
    struct asking asking;
    struct arena *arena;
    enum exit_code code = read_operands(&wanted, 0);
    if (code != EXIT_DONE)
        return code;
    if (arena_create(&arena, (size_t)2 * REPORT_TEXT_MAX) != STATUS_OK)
        return say_no_memory(command);
    code = asking_open(&asking, command);
    if (code == EXIT_DONE) {
        code = ask_service(command, &asking, arena);
        asking_close(&asking);
    }
    arena_destroy(arena);
    return code;
}

enum exit_code verb_report(const struct command *command)
{
    struct wanted wanted = {.command = command};
    struct law_look look;
    if (command_has(command, FLAG_to))
        return report_of_service(command);
    enum exit_code code = read_operands(&wanted, 1);
    if (code != EXIT_DONE)
        return code;
    code = law_look_open(&look, command);
    return law_look_close(&look, code == EXIT_DONE ? make(&look, &wanted) : code);
}
