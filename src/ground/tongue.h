/* tongue.h -- everything a person reads exists in Chinese and English. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

enum tongue { TONGUE_EN, TONGUE_ZH, TONGUES_COUNT };

struct saying {
    const char *in[TONGUES_COUNT]; /* [TONGUE_EN], [TONGUE_ZH] */
};

#define SAYING(en, zh) ((struct saying){{(en), (zh)}})

/* From `--lang`'s word ("zh", "en"), or from LC_ALL, LC_MESSAGES, LANG in that order; English if
 * unsaid. */
enum tongue tongue_of_locale(const char *word);
