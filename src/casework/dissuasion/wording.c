/* wording.c -- reading a text as somebody who wants to be reached would have written it.
 *
 *     text ─> code points, folded (full-width to plain, capitals to small) ─┬─ runs of digits
 *                                                                           ├─ words of the lists
 *                                                                           └─ shapes: a.b, ://, @
 *
 * Digits count across whatever may stand between the digits of a number, and Chinese numerals count
 * as digits, so that "一三八 0000-0000" is a number.  Rather one text too many is refused than a
 * number let through: the officer sees which fault it is, and writes it without. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/dissuasion/wording.h"

static const struct saying FAULTS[] = {
    [WORDING_FINE] = SAYING("fine", "无问题"),
    [WORDING_LINK] = SAYING("holds a link or address", "含有链接或网址"),
    [WORDING_NUMBER] = SAYING("holds a number that could be dialled", "含有可拨打的号码"),
    [WORDING_CHAT] = SAYING("holds a chat account, group or QR code", "含有聊天账号、群或二维码"),
    [WORDING_ASKS] = SAYING("asks for money, a code or a screen", "含有付款、验证码或屏幕共享要求"),
    [WORDING_FORM] = SAYING("is empty, too long, or holds characters that are not seen",
                            "为空、过长，或含有不可见字符"),
};

const struct saying *wording_fault_says(enum wording_fault fault)
{
    return &FAULTS[fault];
}

static const struct script SCRIPTS[] = {
#define SCRIPT(scam, channel, en, zh) {#scam, #channel, SAYING(en, zh)},
#include "casework/dissuasion/scripts.inc"
#undef SCRIPT
};

enum { SCRIPTS_COUNT = sizeof SCRIPTS / sizeof SCRIPTS[0] };

const struct script *script_at(unsigned index)
{
    return index < SCRIPTS_COUNT ? &SCRIPTS[index] : NULL;
}

static const struct saying *script_of(struct slice scam, struct slice channel)
{
    for (unsigned i = 0; i < SCRIPTS_COUNT; i++)
        if (slice_equal(slice_of(SCRIPTS[i].scam), scam) &&
            slice_equal(slice_of(SCRIPTS[i].channel), channel))
            return &SCRIPTS[i].says;
    return NULL;
}

const struct saying *script_find(struct slice scam, struct slice channel)
{
    const struct saying *own = script_of(scam, channel);
    bool type = scam.size == 3 && scam.at[0] == 'T';
    return own != NULL || !type ? own : script_of(SLICE("T00"), channel);
}

/* ---- code points ---- */

struct reading {
    uint32_t point[WORDING_BYTES_MAX];
    unsigned count;
};

/* The next code point at `*at`; false: no UTF-8. */
static bool point_next(struct slice text, size_t *at, uint32_t *out)
{
    unsigned char first = (unsigned char)text.at[*at];
    unsigned more = first < 0x80 ? 0 : first >> 5 == 6 ? 1 : first >> 4 == 14 ? 2 : 3;
    uint32_t point = first < 0x80 ? first : first & (0x3Fu >> more);
    if ((first >= 0x80 && first < 0xC2) || first > 0xF4 || text.size - *at <= more)
        return false;
    for (unsigned i = 1; i <= more; i++) {
        unsigned char next = (unsigned char)text.at[*at + i];
        if (next >> 6 != 2)
            return false;
        point = point << 6 | (next & 0x3Fu);
    }
    *at += more + 1;
    *out = point;
    return true;
}

/* Characters that are not seen, or that turn the direction of a text. */
static bool unseen(uint32_t point)
{
    return point < 0x20 || point == 0x7F || point == 0xAD || (point >= 0x80 && point < 0xA0) ||
           (point >= 0x200B && point <= 0x200F) || (point >= 0x202A && point <= 0x202E) ||
           (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF || point >= 0xE0000;
}

static uint32_t folded(uint32_t point)
{
    if (point >= 0xFF01 && point <= 0xFF5E)
        point -= 0xFEE0; /* full-width forms */
    if (point == 0x3002 || point == 0xFF61)
        return 0x3002;
    return point >= 'A' && point <= 'Z' ? point + 0x20 : point;
}

/* 0 … 9 in any writing that people dial from; -1: none. */
static int digit_of(uint32_t point)
{
    static const uint32_t NUMERALS[] = {0x96F6, 0x4E00, 0x4E8C, 0x4E09, 0x56DB,
                                        0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D};
    static const uint32_t OTHERS[] = {0x3007, 0x58F9, 0x8D30, 0x53C1, 0x8086,
                                      0x4F0D, 0x9646, 0x67D2, 0x634C, 0x7396};
    if (point >= '0' && point <= '9')
        return (int)(point - '0');
    for (int i = 0; i < 10; i++)
        if (point == NUMERALS[i] || point == OTHERS[i])
            return i;
    if (point == 0x5E7A || point == 0x4E48) /* 幺 and 么, as one is said on the telephone */
        return point == 0x5E7A ? 1 : -1;
    if (point >= 0x2460 && point <= 0x2468) /* ① … */
        return (int)(point - 0x2460 + 1);
    if (point >= 0x0660 && point <= 0x0669)
        return (int)(point - 0x0660);
    if (point >= 0x1D7CE && point <= 0x1D7FF)
        return (int)((point - 0x1D7CE) % 10);
    return -1;
}

static bool between_digits(uint32_t point)
{
    return point == ' ' || point == 0x3000 || point == 0xA0 || point == '-' || point == '_' ||
           point == '.' || point == ',' || point == '(' || point == ')' || point == '/' ||
           point == '*' || point == '+' || point == 0xB7 || point == 0x3001 ||
           (point >= 0x2010 && point <= 0x2015) || (point >= 0x2000 && point <= 0x200A);
}

static bool has_number(const struct reading *reading)
{
    unsigned digits = 0;
    for (unsigned i = 0; i < reading->count; i++) {
        if (digit_of(reading->point[i]) >= 0)
            digits++;
        else if (!between_digits(reading->point[i]))
            digits = 0;
        if (digits > WORDING_DIGITS_MAX)
            return true;
    }
    return false;
}

/* ---- words ---- */

/* Whether the word stands in the text, blanks in the text passed over; a word of plain letters must
 * begin where no letter stands before it. */
static bool has_word(const struct reading *reading, const char *word)
{
    struct reading wanted = {0};
    struct slice text = slice_of(word);
    for (size_t at = 0; at < text.size;)
        if (!point_next(text, &at, &wanted.point[wanted.count++]))
            return false;
    bool plain = wanted.point[0] < 0x80;
    for (unsigned i = 0; i < reading->count; i++) {
        unsigned at = i, found = 0;
        bool inside =
            plain && i > 0 && reading->point[i - 1] >= 'a' && reading->point[i - 1] <= 'z';
        while (!inside && at < reading->count && found < wanted.count) {
            if (reading->point[at] == wanted.point[found])
                found++;
            else if (found == 0 || (reading->point[at] != ' ' && reading->point[at] != 0x3000))
                break;
            at++;
        }
        if (found == wanted.count)
            return true;
    }
    return false;
}

static bool has_any(const struct reading *reading, const char *const *words)
{
    for (; *words != NULL; words++)
        if (has_word(reading, *words))
            return true;
    return false;
}

static bool name_char(uint32_t point)
{
    return (point >= 'a' && point <= 'z') || (point >= '0' && point <= '9') || point == '-';
}

/* a.bc with letters or digits on both sides, `//`, `@`: what a program would make a link of. */
static bool has_address(const struct reading *reading)
{
    for (unsigned i = 0; i + 1 < reading->count; i++) {
        uint32_t point = reading->point[i], next = reading->point[i + 1];
        if (point == '@' || next == '@' || (point == '/' && next == '/'))
            return true;
        bool dot = point == '.' || point == 0x3002 || point == 0x2024;
        if (dot && i > 0 && name_char(reading->point[i - 1]) && next >= 'a' && next <= 'z' &&
            i + 2 < reading->count && name_char(reading->point[i + 2]))
            return true;
    }
    return false;
}

enum wording_fault wording_check(struct slice text)
{
    static const char *const LINKS[] = {"http", "www",  "点com", "点cn",
                                        "网址", "链接", "url",   NULL};
    static const char *const CHATS[] = {"微信",   "wechat", "weixin",  "vx",       "qq",
                                        "扣扣",   "威信",   "薇信",    "telegram", "whatsapp",
                                        "二维码", "扫码",   "qr code", "qr",       "加群",
                                        "群号",   "公众号", "钉钉",    "小程序",   NULL};
    static const char *const ASKS[] = {"请转账",
                                       "请汇款",
                                       "请付款",
                                       "转到安全账户",
                                       "告诉我验证码",
                                       "提供验证码",
                                       "发送验证码",
                                       "报验证码",
                                       "请共享屏幕",
                                       "打开屏幕共享",
                                       "下载",
                                       "点击",
                                       "回复本短信",
                                       "send money",
                                       "please pay",
                                       "please transfer",
                                       "tell me the code",
                                       "send the code",
                                       "share your screen with",
                                       "download",
                                       "click",
                                       "reply to this",
                                       NULL};
    struct reading reading = {0};
    if (text.size == 0 || text.size > WORDING_BYTES_MAX)
        return WORDING_FORM;
    for (size_t at = 0; at < text.size; reading.count++) {
        uint32_t point = 0;
        if (!point_next(text, &at, &point) || unseen(point))
            return WORDING_FORM;
        reading.point[reading.count] = folded(point);
    }
    if (has_address(&reading) || has_any(&reading, LINKS))
        return WORDING_LINK;
    if (has_number(&reading))
        return WORDING_NUMBER;
    if (has_any(&reading, CHATS))
        return WORDING_CHAT;
    return has_any(&reading, ASKS) ? WORDING_ASKS : WORDING_FINE;
}
