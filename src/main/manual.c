/* manual.c -- cutline.1, made from the tables of verbs, flags and exit codes.
 *
 * man(7) macros, since every formatter knows them.  A hyphen of a flag is `\-`, so that it can be
 * copied; a line never begins with a dot or a quote, which would be a macro. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "help.h"

static void add_roff(struct text *text, const char *string)
{
    for (const char *at = string; *at != '\0'; at++) {
        if (*at == '-')
            text_add_string(text, "\\-");
        else if (*at == '\\')
            text_add_string(text, "\\e");
        else
            text_add(text, (struct slice){at, 1});
    }
}

/* A paragraph; one that would begin like a macro is kept from it. */
static void add_line(struct text *text, const char *string)
{
    if (string[0] == '.' || string[0] == '\'')
        text_add_string(text, "\\&");
    add_roff(text, string);
    text_add_char(text, '\n');
}

static void add_section(struct text *text, struct saying title, enum tongue tongue)
{
    text_addf(text, ".SH %s\n", title.in[tongue]);
}

static void add_flag(struct text *text, const struct flag_entry *entry, enum tongue tongue)
{
    text_add_string(text, ".TP\n");
    if (entry->letter != ' ')
        text_addf(text, "\\fB\\-%c\\fR, ", entry->letter);
    text_add_string(text, "\\fB\\-\\-");
    add_roff(text, entry->spelling);
    text_add_string(text, "\\fR");
    if (entry->takes[0] != '\0') {
        text_add_string(text, " \\fI");
        add_roff(text, entry->takes);
        text_add_string(text, "\\fR");
    }
    text_add_char(text, '\n');
    add_line(text, entry->says.in[tongue]);
}

static void add_synopsis_flags(struct text *text, const struct verb_entry *verb)
{
    for (enum flag flag = 0; flag < FLAGS_COUNT; flag++) {
        if ((verb->flags >> flag & 1u) == 0)
            continue;
        text_add_string(text, " \\fB\\-\\-");
        add_roff(text, FLAGS[flag].spelling);
        text_add_string(text, "\\fR");
    }
}

static void add_verbs(struct text *text, enum tongue tongue)
{
    add_section(text, SAYING("VERBS", "子命令"), tongue);
    for (enum verb verb = 0; verb < VERBS_COUNT; verb++) {
        text_addf(text, ".SS cutline %s", VERBS[verb].words);
        if (VERBS[verb].operands[0] != '\0')
            text_addf(text, " %s", VERBS[verb].operands);
        text_add_char(text, '\n');
        add_line(text, VERBS[verb].says.in[tongue]);
        text_add_string(text, tongue == TONGUE_ZH ? ".br\n选项：" : ".br\nFlags:");
        add_synopsis_flags(text, &VERBS[verb]);
        text_add_char(text, '\n');
    }
}

static const struct {
    const char *command;
    struct saying says;
} EXAMPLES[] = {
    {"cutline detect day/*.csv",
     SAYING("Alerts of a day of records, as lines.", "以行的形式输出一天记录的告警。")},
    {"cutline detect --json -o alerts.json --rejects bad.csv calls.csv.zst payments.csv",
     SAYING("Alerts for a program, and the rows that could not be read.",
            "供程序使用的告警，以及无法读取的行。")},
    {"zcat calls.csv.gz | cutline detect --kind call -", SAYING("From a pipe.", "从管道读取。")},
    {"cutline simulate --out city --seed 7",
     SAYING("A made-up city to try it on.", "生成一座可供试用的虚构城市。")},
    {"cutline backtest --truth city/truth.csv --html report.html city/[a-s]*.csv",
     SAYING("How good the rules are on it.", "规则在其上的效果。")},
};

static void add_examples(struct text *text, enum tongue tongue)
{
    add_section(text, SAYING("EXAMPLES", "示例"), tongue);
    for (size_t i = 0; i < sizeof EXAMPLES / sizeof EXAMPLES[0]; i++) {
        text_add_string(text, ".TP\n\\fB");
        add_roff(text, EXAMPLES[i].command);
        text_add_string(text, "\\fR\n");
        add_line(text, EXAMPLES[i].says.in[tongue]);
    }
}

static void add_exits(struct text *text, enum tongue tongue)
{
    add_section(text, SAYING("EXIT STATUS", "退出码"), tongue);
    for (size_t i = 0; i < EXITS_COUNT; i++) {
        text_addf(text, ".TP\n\\fB%d\\fR\n", EXITS[i].number);
        add_line(text, EXITS[i].says.in[tongue]);
    }
}

static void add_surroundings(struct text *text, enum tongue tongue)
{
    bool chinese = tongue == TONGUE_ZH;
    add_section(text, SAYING("ENVIRONMENT", "环境变量"), tongue);
    text_add_string(text, ".TP\n\\fBLC_ALL\\fR, \\fBLC_MESSAGES\\fR, \\fBLANG\\fR\n");
    add_line(text,
             chinese ? "提示语言，由 --lang 覆盖。" : "Language of messages; --lang overrides.");
    text_add_string(text, ".TP\n\\fBNO_COLOR\\fR, \\fBTERM\\fR=dumb\n");
    add_line(text, chinese ? "不用颜色。" : "No colour.");
    add_section(text, SAYING("FILES", "文件"), tongue);
    text_add_string(text, ".TP\n\\fIrules/\\fR, \\fI../share/cutline/rules/\\fR\n");
    add_line(text, chinese ? "未给出 --rules 时依次在当前目录和程序旁查找的规则。"
                           : "Rules that are looked for in this order, in the current folder and "
                             "beside the program, where --rules is not given.");
    text_add_string(text, ".TP\n\\fI../share/cutline/alert.schema.json\\fR\n");
    add_line(text, chinese ? "--json 输出的 JSON Schema。" : "JSON Schema of what --json writes.");
}

void text_add_manual(struct text *text, enum tongue tongue)
{
    bool chinese = tongue == TONGUE_ZH;
    text_add_string(text, ".\\\" Made by `cutline man` from verbs.inc and flags.inc: do not edit.\n"
                          ".\\\" SPDX-License-Identifier: Apache-2.0\n");
    text_add_string(text, ".TH CUTLINE 1 " CUTLINE_DATE " \"cutline " CUTLINE_VERSION "\"\n");
    add_section(text, SAYING("NAME", "名称"), tongue);
    text_add_string(text, chinese ? "cutline \\- 在话单、短信和支付记录中查找电信诈骗\n"
                                  : "cutline \\- find telecom fraud in call, message and payment "
                                    "records\n");
    add_section(text, SAYING("SYNOPSIS", "用法"), tongue);
    text_add_string(text, "\\fBcutline\\fR \\fIVERB\\fR [\\fIFLAGS\\fR] [\\fIFILE\\fR...]\n");
    add_section(text, SAYING("DESCRIPTION", "说明"), tongue);
    add_line(text,
             chinese
                 ? "cutline 读取通信与支付记录，按规则语言查找涉诈设备、号码、账户和正在受骗的人。"
                 : "cutline reads records of calls, messages, SIM cards, accounts and "
                   "payments, and finds by rules the devices, lines and accounts of "
                   "fraud, and the people who are being worked on.");
    add_line(text, chinese
                       ? "数据写到标准输出，提示写到标准错误。一个文件为 - 时读标准输入。"
                       : "Data goes to standard output, messages to standard error. A file named "
                         "- is standard input.");
    add_line(text, chinese
                       ? "在行式输出中，* 表示对同一对象的重复告警。号码、账户等默认脱敏显示。"
                       : "In lines for people a * marks a repeated alert about a subject. Names "
                         "of lines, devices, accounts and persons are masked unless --unmask "
                         "is given.");
    add_verbs(text, tongue);
    add_section(text, SAYING("FLAGS", "选项"), tongue);
    for (enum flag flag = 0; flag < FLAGS_COUNT; flag++)
        add_flag(text, &FLAGS[flag], tongue);
    add_exits(text, tongue);
    add_surroundings(text, tongue);
    add_examples(text, tongue);
}
