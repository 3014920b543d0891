/* fonts.c -- the fonts of fonts.inc, found on this machine, and no others.
 *
 * They are read once and stay for the life of the process, used by one thread at a time: what a
 * second map of them takes, the library does not give back whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "document/pdf_inside.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>
#include <pthread.h>

static pthread_mutex_t press = PTHREAD_MUTEX_INITIALIZER;
static PangoFontMap *map; /* NULL: not read yet */

struct font {
    const char *family, *package;
    bool needed;
};

static const struct font FONTS[] = {
#define FONT(family, package, needed) {family, package, needed},
#include "document/fonts.inc"
#undef FONT
};

const char FONT_FAMILIES[] =
#define FONT(family, package, needed) family ", "
#include "document/fonts.inc"
#undef FONT
    "";

/* Adds the regular face of the family to `config`; false: it is not here. */
static bool font_add(FcConfig *config, const char *family)
{
    FcPattern *wanted =
        FcPatternBuild(NULL, FC_FAMILY, FcTypeString, family, FC_WEIGHT, FcTypeInteger,
                       FC_WEIGHT_REGULAR, FC_SLANT, FcTypeInteger, FC_SLANT_ROMAN, NULL);
    FcObjectSet *objects = FcObjectSetBuild(FC_FILE, FC_WIDTH, NULL);
    FcFontSet *found = FcFontList(NULL, wanted, objects);
    bool added = false;
    for (int i = 0; found != NULL && i < found->nfont && !added; i++) {
        FcChar8 *file = NULL;
        int width = FC_WIDTH_NORMAL;
        (void)FcPatternGetInteger(found->fonts[i], FC_WIDTH, 0, &width);
        added = width == FC_WIDTH_NORMAL &&
                FcPatternGetString(found->fonts[i], FC_FILE, 0, &file) == FcResultMatch &&
                FcConfigAppFontAddFile(config, file);
    }
    if (found != NULL)
        FcFontSetDestroy(found);
    FcObjectSetDestroy(objects);
    FcPatternDestroy(wanted);
    return added;
}

static void say_missing(const struct font *font, struct text why[TONGUES_COUNT])
{
    text_addf(&why[TONGUE_EN], "The font %s is not installed (package %s); no PDF is made.",
              font->family, font->package);
    text_addf(&why[TONGUE_ZH], "未安装字体 %s（软件包 %s），无法生成 PDF。", font->family,
              font->package);
}

/* Given; NULL: `*status` says why. */
static PangoFontMap *map_new(enum status *status, struct text why[TONGUES_COUNT])
{
    FcConfig *config = FcConfigCreate();
    PangoFontMap *made = NULL;
    *status = config == NULL ? STATUS_FULL : STATUS_OK;
    for (size_t i = 0; *status == STATUS_OK && i < sizeof FONTS / sizeof FONTS[0]; i++) {
        if (font_add(config, FONTS[i].family) || !FONTS[i].needed)
            continue;
        say_missing(&FONTS[i], why);
        *status = STATUS_ABSENT;
    }
    if (*status == STATUS_OK) {
        made = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
        pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(made), config);
    }
    if (config != NULL)
        FcConfigDestroy(config);
    return made;
}

#if defined(__has_feature) /* of clang; gcc says it by a macro of its own */
#if __has_feature(address_sanitizer)
#define LEAKS_WATCHED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define LEAKS_WATCHED
#endif

#ifdef LEAKS_WATCHED
/* fontconfig writes pointers as offsets, which the sanitizer cannot follow: it takes the patterns
 * and character sets of the one map above for lost.  The only excuse of the house; it covers that
 * library's memory and nobody else's. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}
const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
#endif

enum status fonts_take(PangoFontMap **out, struct text why[TONGUES_COUNT])
{
    enum status status = STATUS_OK;
    (void)pthread_mutex_lock(&press);
    if (map == NULL)
        map = map_new(&status, why);
    *out = map;
    if (status != STATUS_OK)
        (void)pthread_mutex_unlock(&press);
    return status;
}

void fonts_give_back(void)
{
    (void)pthread_mutex_unlock(&press);
}
