/* help.c -- `--help`: verbs and flags in columns, folded to eighty. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "help.h"

enum { WIDTH = 80, VERB_COLUMN = 20, FLAG_COLUMN = 24 };

static void add_blanks(struct text *text, size_t count)
{
    while (count-- != 0)
        text_add_char(text, ' ');
}

/* How many bytes of `slice` stand together on a line: a word with its blank, or one wide character
 * with the closing marks behind it. */
static size_t chunk_size(struct slice slice)
{
    struct slice rest = slice;
    bool wide = false;
    while (rest.size != 0) {
        struct slice before = rest;
        uint32_t point = utf8_next(&rest);
        if (wide && point != 0x3002 && point != 0xFF0C && point != 0xFF1B && point != 0x3001 &&
            point != 0xFF09 && point != 0xFF1A)
            return slice.size - before.size;
        if (point == ' ')
            return slice.size - rest.size;
        wide = wide || point >= 0x2E80;
    }
    return slice.size;
}

/* Folds at WIDTH; further lines begin at `indent`, where the first one stands now. */
static void add_folded(struct text *text, struct slice slice, size_t indent)
{
    size_t column = indent;
    while (slice.size != 0) {
        struct slice chunk = {slice.at, chunk_size(slice)};
        size_t width = utf8_columns(chunk);
        bool blank = chunk.at[chunk.size - 1] == ' ';
        if (column + width - blank > WIDTH && column != indent) {
            if (text->at[text->size - 1] == ' ' && !text->full)
                text->at[--text->size] = '\0';
            text_add_char(text, '\n');
            add_blanks(text, indent);
            column = indent;
        }
        text_add(text, chunk);
        column += width;
        slice.at += chunk.size;
        slice.size -= chunk.size;
    }
    text_add_char(text, '\n');
}

/* `left` in its column, `right` folded beside it. */
static void add_pair(struct text *text, struct slice left, size_t column, struct slice right)
{
    add_blanks(text, 2);
    text_add(text, left);
    size_t width = 2 + utf8_columns(left);
    if (width + 1 > column) {
        text_add_char(text, '\n');
        width = 0;
    }
    add_blanks(text, column - width);
    add_folded(text, right, column);
}

static void add_verb_line(struct text *text, enum verb verb, enum tongue tongue)
{
    add_pair(text, slice_of(VERBS[verb].words), VERB_COLUMN, slice_of(VERBS[verb].says.in[tongue]));
}

static void add_exits(struct text *text, enum tongue tongue)
{
    text_add_string(text, tongue == TONGUE_ZH ? "\n退出码：\n" : "\nexit codes:\n");
    for (size_t i = 0; i < EXITS_COUNT; i++) {
        char bytes[8];
        struct text number = text_over(bytes, sizeof bytes);
        text_addf(&number, "%3d", EXITS[i].number);
        add_pair(text, text_slice(&number), 8, slice_of(EXITS[i].says.in[tongue]));
    }
}

void text_add_help(struct text *text, enum tongue tongue)
{
    bool chinese = tongue == TONGUE_ZH;
    text_add_string(
        text, chinese ? "cutline " CUTLINE_VERSION " —— 在话单、短信和支付记录中查找电信诈骗\n\n"
                        "用法：cutline 子命令 [选项] [文件...]\n\n子命令：\n"
                      : "cutline " CUTLINE_VERSION
                        " -- finds telecom fraud in call, message and payment records\n\n"
                        "usage: cutline VERB [FLAGS] [FILE...]\n\nverbs:\n");
    for (enum verb verb = 0; verb < VERBS_COUNT; verb++)
        add_verb_line(text, verb, tongue);
    add_exits(text, tongue);
    text_add_string(text,
                    chinese ? "\n`cutline help 子命令` 显示其选项，`cutline man` 输出手册页。\n"
                            : "\n`cutline help VERB` shows its flags, `cutline man` the manual.\n");
}

static void add_flag(struct text *text, enum flag flag, enum tongue tongue)
{
    const struct flag_entry *entry = &FLAGS[flag];
    char bytes[128];
    struct text left = text_over(bytes, sizeof bytes);
    if (entry->letter == ' ')
        text_add_string(&left, "    ");
    else
        text_addf(&left, "-%c, ", entry->letter);
    text_addf(&left, "--%s", entry->spelling);
    if (entry->takes[0] != '\0')
        text_addf(&left, " %s", entry->takes);
    add_pair(text, text_slice(&left), FLAG_COLUMN, slice_of(entry->says.in[tongue]));
}

void text_add_verb_help(struct text *text, enum verb verb, enum tongue tongue)
{
    const struct verb_entry *entry = &VERBS[verb];
    bool chinese = tongue == TONGUE_ZH;
    text_addf(text, "cutline %s -- ", entry->words);
    add_folded(text, slice_of(entry->says.in[tongue]), strlen(entry->words) + 12);
    text_addf(text,
              chinese ? "\n用法：cutline %s [选项]%s%s\n\n选项：\n"
                      : "\nusage: cutline %s [FLAGS]%s%s\n\nflags:\n",
              entry->words, entry->operands[0] == '\0' ? "" : " ", entry->operands);
    for (enum flag flag = 0; flag < FLAGS_COUNT; flag++)
        if ((entry->flags >> flag & 1u) != 0)
            add_flag(text, flag, tongue);
    if (entry->operands[0] == 'F')
        text_add_string(text, chinese ? "\n`-` 表示标准输入；文件可为 gzip 或 zstd 压缩。\n"
                                      : "\n`-` is standard input; files may be gzip or zstd.\n");
}

bool text_add_group_help(struct text *text, const char *word, enum tongue tongue)
{
    size_t size = strlen(word);
    bool some = false;
    for (enum verb verb = 0; verb < VERBS_COUNT; verb++) {
        const char *words = VERBS[verb].words;
        if (strncmp(words, word, size) != 0 || words[size] != ' ')
            continue;
        add_verb_line(text, verb, tongue);
        some = true;
    }
    return some;
}
