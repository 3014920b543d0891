/* tongue.c -- which of our two languages a person reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tongue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* "zh", "zh_CN.UTF-8", "zh-Hant": the language is the part before the first of `_-.@`. */
static bool is_chinese(const char *word)
{
    return strcspn(word, "_-.@") == 2 && (word[0] | 0x20) == 'z' && (word[1] | 0x20) == 'h';
}

enum tongue tongue_of_locale(const char *word)
{
    static const char *const VARIABLES[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < 3 && (word == NULL || word[0] == '\0'); i++)
        word = getenv(VARIABLES[i]);
    return word != NULL && is_chinese(word) ? TONGUE_ZH : TONGUE_EN;
}
