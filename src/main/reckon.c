/* reckon.c -- `cutline law term` and `cutline law fine`: the law's arithmetic, for whoever wants to
 * check it by hand.
 *
 * A term is shown under both readings of its first day, because a pack may choose either.  A fine
 * is a range; a person decides within it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "ground/clock.h"
#include "law/fine.h"
#include "law/number.h"
#include "law_look.h"
#include "nearest.h"
#include "say.h"

enum { CHINA_ZONE = 8 * 60, AMOUNT_MAX = 100000 };

/* One of some words, by its number; EXIT_USAGE: said. */
static enum exit_code word_find(const struct command *command, const char *word,
                                const struct law_word *(*word_of)(unsigned), unsigned count,
                                unsigned *out)
{
    struct nearest nearest = nearest_to(word);
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(word_of(i)->name, word) == 0) {
            *out = i;
            return EXIT_DONE;
        }
        nearest_try(&nearest, word_of(i)->name);
    }
    COMPLAIN(command, "there is no `%s`; did you mean `%s`?", "没有 `%s`；是否想用 `%s`？", word,
             nearest.best == NULL ? word_of(0)->name : nearest.best);
    return EXIT_USAGE;
}

/* ---- terms ---- */

static const struct law_word *time_word(unsigned i)
{
    return law_unit_word((enum law_unit)i);
}

struct reckoning {
    struct law_look *look;
    moment from;
    struct law_span span;
};

/* A day begins at midnight; EXIT_USAGE: said. */
static enum exit_code term_read(struct reckoning *reckoning)
{
    const struct command *command = reckoning->look->command;
    struct slice from = slice_of(command->operand[0]);
    law_date day;
    int64_t amount;
    unsigned unit;
    if (law_date_parse(from, &day) == STATUS_OK) {
        reckoning->from = law_date_begin(day, CHINA_ZONE);
    } else if (from.size < 20 || moment_parse(from, &reckoning->from) != STATUS_OK) {
        COMPLAIN(command, "`%s` is neither a day like 2025-01-10 nor a moment with its offset.",
                 "`%s` 既不是 2025-01-10 这样的日期，也不是带时区的时刻。", command->operand[0]);
        return EXIT_USAGE;
    }
    if (!law_digits(slice_of(command->operand[1]), AMOUNT_MAX, &amount) || amount == 0) {
        COMPLAIN(command, "`%s` is no whole number from 1 to %d.", "`%s` 不是 1 到 %d 的整数。",
                 command->operand[1], AMOUNT_MAX);
        return EXIT_USAGE;
    }
    enum exit_code code =
        word_find(command, command->operand[2], time_word, LAW_UNIT_year + 1, &unit);
    reckoning->span = (struct law_span){(int32_t)amount, (enum law_unit)unit};
    return code;
}

static enum exit_code term_add(struct reckoning *reckoning, enum law_counting counting, bool exact)
{
    struct law_look *look = reckoning->look;
    const struct command *command = look->command;
    bool first = counting == LAW_COUNTING_FIRST_DAY;
    struct law_term term = {.span = reckoning->span, .counting = counting};
    const struct law_word *word = law_code_word(first ? LAW_CODE_first_day : LAW_CODE_next_day);
    moment end;
    law_date unknown = LAW_DATE_NONE;
    enum status status =
        law_term_end(&term, reckoning->from, CHINA_ZONE, &look->law.calendar, &end, &unknown);
    if (status == STATUS_ABSENT) {
        text_add_law_unknown_day(&look->why[command->tongue], unknown, command->tongue);
        say_wrong("%s", look->why[command->tongue].at);
        return EXIT_INPUT;
    }
    if (status != STATUS_OK) {
        COMPLAIN(command, "the term ends past the year 9999.", "期限超出 9999 年。");
        return EXIT_INPUT;
    }
    if (command_has(command, FLAG_json)) {
        text_addf(&look->text, "%s\"%s\":\"", first ? "," : "", exact ? "exact" : word->name);
        text_add_moment(&look->text, end, CHINA_ZONE);
        text_add_char(&look->text, '"');
        return EXIT_DONE;
    }
    if (exact) {
        text_add_moment(&look->text, end, CHINA_ZONE);
    } else {
        text_add_law_date(&look->text, law_date_of_moment((moment){end.ms - 1}, CHINA_ZONE));
        text_addf(&look->text, " 24:00  %s", word->says.in[command->tongue]);
    }
    text_add_char(&look->text, '\n');
    return EXIT_DONE;
}

static enum exit_code reckon_term(struct law_look *look)
{
    struct reckoning reckoning = {.look = look};
    bool json = command_has(look->command, FLAG_json);
    enum exit_code code = term_read(&reckoning);
    if (code == EXIT_DONE)
        code = law_look_read(look);
    if (code != EXIT_DONE)
        return code;
    bool exact = law_span_exact(reckoning.span);
    text_add_string(&look->text, json ? "{" : "");
    code = term_add(&reckoning, LAW_COUNTING_NEXT_DAY, exact);
    if (code == EXIT_DONE && !exact)
        code = term_add(&reckoning, LAW_COUNTING_FIRST_DAY, exact);
    if (code != EXIT_DONE)
        return code;
    text_add_string(&look->text, json ? "}\n" : "");
    return law_look_show(look);
}

enum exit_code verb_law_term(const struct command *command)
{
    struct law_look look;
    enum exit_code code = law_look_open(&look, command);
    return law_look_close(&look, code == EXIT_DONE ? reckon_term(&look) : code);
}

/* ---- fines ---- */

static const struct law_word *act_word(unsigned i)
{
    return law_act_word((enum law_act)i);
}

static const struct law_word *grade_word(unsigned i)
{
    return law_grade_word((enum law_grade)i);
}

/* The pack of --on, or of today. */
static enum exit_code penalty_pack(struct law_look *look, const struct law_pack **out)
{
    const struct command *command = look->command;
    const char *word = command_value(command, FLAG_on);
    struct clock clock = clock_of_machine();
    law_date on = law_date_of_moment(clock.now(clock.self), CHINA_ZONE);
    if (word != NULL && law_date_parse(slice_of(word), &on) != STATUS_OK) {
        COMPLAIN(command, "--on takes a date like 2024-12-01, not `%s`.",
                 "--on 应为 2024-12-01 这样的日期，不能是 `%s`。", word);
        return EXIT_USAGE;
    }
    enum exit_code code = law_look_read(look);
    if (code != EXIT_DONE)
        return code;
    *out = law_find(&look->law, LAW_SUBJECT_penalty, on);
    if (*out != NULL)
        return EXIT_DONE;
    COMPLAIN(command, "no pack of penalties is in force on that day.",
             "该日没有生效的行政处罚法规包。");
    return EXIT_INPUT;
}

static void add_yuan(struct text *text, int64_t fen)
{
    text_addf(text, "%lld.%02d", (long long)(fen / 100), (int)(fen % 100));
}

static void fine_add_json(struct text *text, const struct law_pack *pack,
                          const struct law_fine *fine)
{
    text_add_string(text, "{\"least\":\"");
    add_yuan(text, fine->least_fen);
    text_add_string(text, "\",\"most\":\"");
    add_yuan(text, fine->most_fen);
    text_add_string(text, "\",\"confiscated\":\"");
    add_yuan(text, fine->confiscated_fen);
    text_addf(text,
              "\",\"warning_instead\":%s,\"detention_least\":%d,\"detention_most\":%d,"
              "\"article\":",
              fine->row->warning_instead ? "true" : "false", fine->row->detention_least,
              fine->row->detention_most);
    text_add_json(text, fine->row->article);
    text_addf(text, ",\"mark\":\"%s\",\"stamp\":\"", law_mark_word(fine->row->mark)->name);
    text_add_law_stamp(text, pack);
    text_add_string(text, "\"}\n");
}

static void fine_add(struct text *text, const struct law_pack *pack, const struct law_fine *fine,
                     enum tongue tongue)
{
    bool zh = tongue == TONGUE_ZH;
    text_add_string(text, zh ? "罚款 " : "fine ");
    add_yuan(text, fine->least_fen);
    text_add_string(text, zh ? " 至 " : " to ");
    add_yuan(text, fine->most_fen);
    text_add_string(text, zh ? " 元\n" : " yuan\n");
    if (fine->row->confiscates) {
        text_add_string(text, zh ? "没收违法所得 " : "gains confiscated: ");
        add_yuan(text, fine->confiscated_fen);
        text_add_string(text, zh ? " 元\n" : " yuan\n");
    }
    text_add_law_fine_row(text, fine->row, tongue);
    text_add_law_stamp(text, pack);
    text_add_char(text, '\n');
}

static enum exit_code reckon_fine(struct law_look *look)
{
    const struct command *command = look->command;
    const struct law_pack *pack = NULL;
    struct law_fine fine;
    unsigned act = 0;
    unsigned grade = 0;
    int64_t gains = 0;
    enum exit_code code = word_find(command, command->operand[0], act_word, LAW_ACTS_COUNT, &act);
    if (code == EXIT_DONE)
        code = word_find(command, command->operand[1], grade_word, LAW_GRADES_COUNT, &grade);
    if (code != EXIT_DONE)
        return code;
    if (command->operands_count == 3 &&
        law_yuan_parse(slice_of(command->operand[2]), &gains) != STATUS_OK) {
        COMPLAIN(command, "`%s` is no amount of yuan like 35000 or 35000.50.",
                 "`%s` 不是 35000、35000.50 这样的金额。", command->operand[2]);
        return EXIT_USAGE;
    }
    code = penalty_pack(look, &pack);
    if (code != EXIT_DONE)
        return code;
    if (law_fine_of(pack, (enum law_act)act, (enum law_grade)grade, gains, &fine) != STATUS_OK) {
        COMPLAIN(command, "%s has no fine for `%s` with the grade `%s`.",
                 "%s 中没有 `%s` 在 `%s` 情节下的罚款。", pack->name.at, command->operand[0],
                 command->operand[1]);
        return EXIT_INPUT;
    }
    if (command_has(command, FLAG_json))
        fine_add_json(&look->text, pack, &fine);
    else
        fine_add(&look->text, pack, &fine, command->tongue);
    return law_look_show(look);
}

enum exit_code verb_law_fine(const struct command *command)
{
    struct law_look look;
    enum exit_code code = law_look_open(&look, command);
    return law_look_close(&look, code == EXIT_DONE ? reckon_fine(&look) : code);
}
