/* settings.c -- from the words behind flags to numbers within their bounds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings.h"

#include "say.h"

#include <unistd.h>

static bool read_whole(const char *word, uint64_t most, uint64_t *out)
{
    uint64_t number = 0;
    if (*word == '\0')
        return false;
    for (; *word >= '0' && *word <= '9'; word++) {
        uint64_t digit = (uint64_t)(*word - '0');
        if (number > (most - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *out = number;
    return *word == '\0';
}

/* A flag that is a number from `least` to `most`; `*out` stays if it was not given. */
static enum exit_code number_of(const struct command *command, enum flag flag, uint64_t least,
                                uint64_t most, uint64_t *out)
{
    const char *word = command_value(command, flag);
    uint64_t number;
    if (word == NULL)
        return EXIT_DONE;
    if (!read_whole(word, most, &number) || number < least) {
        COMPLAIN(command, "--%s takes a whole number from %llu to %llu, not `%s`.",
                 "--%s 应为 %llu 到 %llu 的整数，不能是 `%s`。", FLAGS[flag].spelling,
                 (unsigned long long)least, (unsigned long long)most, word);
        return EXIT_USAGE;
    }
    *out = number;
    return EXIT_DONE;
}

static enum exit_code size_of(const struct command *command, size_t *out)
{
    const char *word = command_value(command, FLAG_memory);
    if (word == NULL)
        return EXIT_DONE;
    char digits[24] = "";
    size_t size = strspn(word, "0123456789");
    uint64_t number = 0;
    uint64_t unit = 0;
    switch (word[size]) {
    case 'K':
    case 'k':
        unit = 1u << 10;
        break;
    case 'M':
    case 'm':
        unit = 1u << 20;
        break;
    case 'G':
    case 'g':
        unit = 1u << 30;
        break;
    case '\0':
        unit = 1;
        break;
    }
    if (size < sizeof digits)
        memcpy(digits, word, size);
    bool ends = word[size] == '\0' || word[size + 1] == '\0';
    bool fine = unit != 0 && ends && read_whole(digits, UINT32_MAX * UINT64_C(1024), &number) &&
                number <= (UINT64_C(1) << 44) / unit;
    if (!fine || number * unit < (uint64_t)MEMORY_MIB_MIN << 20) {
        COMPLAIN(command, "--memory takes a size like 512M or 8G, at least %dM, not `%s`.",
                 "--memory 应为 512M、8G 这样的大小，至少 %dM，不能是 `%s`。", MEMORY_MIB_MIN,
                 word);
        return EXIT_USAGE;
    }
    *out = (size_t)(number * unit);
    return EXIT_DONE;
}

static int two_digits(const char *at)
{
    bool digits = at[0] >= '0' && at[0] <= '9' && at[1] >= '0' && at[1] <= '9';
    return digits ? (at[0] - '0') * 10 + (at[1] - '0') : -1;
}

/* "+08:00", "-0330", "Z" */
static enum exit_code zone_of(const struct command *command, int32_t *out)
{
    const char *word = command_value(command, FLAG_zone);
    if (word == NULL)
        return EXIT_DONE;
    if (strcmp(word, "Z") == 0) {
        *out = 0;
        return EXIT_DONE;
    }
    size_t size = strlen(word);
    bool sign = word[0] == '+' || word[0] == '-';
    bool colon = size == 6 && word[3] == ':';
    int hours = sign && (colon || size == 5) ? two_digits(word + 1) : -1;
    int minutes = hours < 0 ? -1 : two_digits(word + (colon ? 4 : 3));
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
        COMPLAIN(command, "--zone takes an offset like +08:00, not `%s`.",
                 "--zone 应为 +08:00 这样的偏移，不能是 `%s`。", word);
        return EXIT_USAGE;
    }
    *out = (word[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return EXIT_DONE;
}

static enum exit_code codes_of(const struct command *command, struct settings *settings)
{
    const char *home = command_value(command, FLAG_home);
    if (home != NULL) {
        home += home[0] == '+';
        size_t size = strlen(home);
        if (size < 1 || size > 3 || strspn(home, "0123456789") != size || home[0] == '0') {
            COMPLAIN(command, "--home takes a country code of 1 to 3 digits like 86, not `%s`.",
                     "--home 应为 1–3 位国家代码，如 86，不能是 `%s`。", home);
            return EXIT_USAGE;
        }
        settings->home = slice_of(home);
    }
    const char *currency = command_value(command, FLAG_currency);
    if (currency != NULL) {
        bool letters = strspn(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3 && currency[3] == '\0';
        if (!letters) {
            COMPLAIN(command, "--currency takes three capital letters like CNY, not `%s`.",
                     "--currency 应为三个大写字母，如 CNY，不能是 `%s`。", currency);
            return EXIT_USAGE;
        }
        settings->currency = slice_of(currency);
    }
    return EXIT_DONE;
}

/* "0.5", at most `most`; no exponents. */
static bool read_real(const char *word, double most, double *out)
{
    double number = 0;
    double worth = 1;
    bool point = false;
    bool digits = false;
    for (; *word != '\0'; word++) {
        if (*word == '.' && !point) {
            point = true;
            continue;
        }
        if (*word < '0' || *word > '9')
            return false;
        digits = true;
        worth /= point ? 10 : 1;
        number = point ? number + worth * (*word - '0') : number * 10 + (*word - '0');
    }
    *out = number;
    return digits && number <= most;
}

static enum exit_code start_of(const struct command *command, struct settings *settings)
{
    const char *word = command_value(command, FLAG_start);
    if (word == NULL)
        return EXIT_DONE;
    struct civil day = {0};
    bool form = strlen(word) == 10 && word[4] == '-' && word[7] == '-';
    if (form) {
        int century = two_digits(word);
        int year = two_digits(word + 2);
        day.year = century < 0 || year < 0 ? -1 : century * 100 + year;
        day.month = two_digits(word + 5);
        day.day = two_digits(word + 8);
    }
    if (!form || moment_of_civil(day, settings->zone_minutes, &settings->start) != STATUS_OK) {
        COMPLAIN(command, "--start takes a date like 2026-03-02, not `%s`.",
                 "--start 应为 2026-03-02 这样的日期，不能是 `%s`。", word);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static enum exit_code city_of(const struct command *command, struct settings *settings)
{
    uint64_t people = 20000;
    uint64_t days = 1;
    enum exit_code code = number_of(command, FLAG_people, 500, 5000000, &people);
    if (code == EXIT_DONE)
        code = number_of(command, FLAG_days, 1, 92, &days);
    if (code == EXIT_DONE)
        code = start_of(command, settings);
    settings->people = (uint32_t)people;
    settings->days = (uint32_t)days;
    const char *fraud = command_value(command, FLAG_fraud);
    if (code == EXIT_DONE && fraud != NULL && !read_real(fraud, 20, &settings->fraud)) {
        COMPLAIN(command, "--fraud takes a number from 0 to 20, not `%s`.",
                 "--fraud 应为 0 到 20 的数，不能是 `%s`。", fraud);
        return EXIT_USAGE;
    }
    return code;
}

enum exit_code settings_read(struct settings *settings, const struct command *command)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t threads = processors < 1             ? 1
                       : processors > THREADS_MAX ? THREADS_MAX
                                                  : (uint64_t)processors;
    *settings = (struct settings){
        .zone_minutes = 8 * 60,
        .home = SLICE("86"),
        .currency = SLICE("CNY"),
        .rejects_max = UINT64_MAX,
        .memory_max = (size_t)MEMORY_MIB_DEFAULT << 20,
        .seed = 1,
        .start = MOMENT_NONE,
        .fraud = 1,
    };
    enum exit_code code = number_of(command, FLAG_threads, 1, THREADS_MAX, &threads);
    settings->threads = (unsigned)threads;
    if (code == EXIT_DONE)
        code = number_of(command, FLAG_max_rejects, 0, UINT64_MAX - 1, &settings->rejects_max);
    if (code == EXIT_DONE)
        code = number_of(command, FLAG_seed, 0, INT64_MAX, &settings->seed);
    if (code == EXIT_DONE)
        code = size_of(command, &settings->memory_max);
    if (code == EXIT_DONE)
        code = zone_of(command, &settings->zone_minutes);
    if (code == EXIT_DONE)
        code = codes_of(command, settings);
    return code == EXIT_DONE ? city_of(command, settings) : code;
}

enum exit_code settings_complain(const struct command *command, const struct settings *settings,
                                 enum status status)
{
    if (status == STATUS_FULL)
        COMPLAIN(command,
                 "the memory is full (%zu MiB): allow more with --memory, or give fewer records.",
                 "内存已满（%zu MiB）：请用 --memory 增加，或减少记录。",
                 settings->memory_max >> 20);
    else
        COMPLAIN(command, "failed: %s.", "失败：%s。", status_meaning(status));
    return EXIT_FAILED;
}
