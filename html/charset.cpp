#include "html/charset.hpp"

#include "html/scan.hpp"
#include "html/text.hpp"

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include <unicode/udata.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace stillwatch::html {

namespace {

constexpr std::size_t prescan_bytes = 4096;

// Names of the Encoding standard (encoding.spec.whatwg.org, section 4.2) with ICU's converter and the labels
// that pages use for them.
struct Charset {
    std::string_view name;
    const char* converter;
    std::string_view labels; // separated by blanks, the name included
};

constexpr std::array charsets{
    Charset{"utf-8", "UTF-8", "utf-8 utf8 unicode-1-1-utf-8 x-unicode20utf8"},
    Charset{"windows-1252", "windows-1252",
            "windows-1252 cp1252 x-cp1252 iso-8859-1 iso8859-1 iso_8859-1 latin1 l1 ascii us-ascii iso88591 "
            "cp819 "
            "ansi_x3.4-1968 iso-ir-100"},
    Charset{"windows-1250", "windows-1250", "windows-1250 cp1250 x-cp1250"},
    Charset{"windows-1251", "windows-1251", "windows-1251 cp1251 x-cp1251 win-1251"},
    Charset{"windows-1253", "windows-1253", "windows-1253 cp1253 x-cp1253"},
    Charset{"windows-1254", "windows-1254",
            "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 iso_8859-9 latin5 l5"},
    Charset{"windows-1255", "windows-1255", "windows-1255 cp1255 x-cp1255"},
    Charset{"windows-1256", "windows-1256", "windows-1256 cp1256 x-cp1256"},
    Charset{"windows-1257", "windows-1257", "windows-1257 cp1257 x-cp1257"},
    Charset{"windows-1258", "windows-1258", "windows-1258 cp1258 x-cp1258"},
    Charset{"windows-874", "windows-874", "windows-874 tis-620 dos-874 iso-8859-11 iso8859-11"},
    Charset{"iso-8859-2", "ISO-8859-2", "iso-8859-2 iso8859-2 iso_8859-2 latin2 l2"},
    Charset{"iso-8859-3", "ISO-8859-3", "iso-8859-3 iso8859-3 latin3 l3"},
    Charset{"iso-8859-4", "ISO-8859-4", "iso-8859-4 iso8859-4 latin4 l4"},
    Charset{"iso-8859-5", "ISO-8859-5", "iso-8859-5 iso8859-5 cyrillic"},
    Charset{"iso-8859-6", "ISO-8859-6", "iso-8859-6 iso8859-6 arabic"},
    Charset{"iso-8859-7", "ISO-8859-7", "iso-8859-7 iso8859-7 greek"},
    Charset{"iso-8859-8", "ISO-8859-8", "iso-8859-8 iso8859-8 iso-8859-8-i hebrew logical visual"},
    Charset{"iso-8859-10", "ISO-8859-10", "iso-8859-10 iso8859-10 latin6 l6"},
    Charset{"iso-8859-13", "ISO-8859-13", "iso-8859-13 iso8859-13"},
    Charset{"iso-8859-14", "ISO-8859-14", "iso-8859-14 iso8859-14"},
    Charset{"iso-8859-15", "ISO-8859-15", "iso-8859-15 iso8859-15 latin9 l9"},
    Charset{"koi8-r", "KOI8-R", "koi8-r koi8 koi koi8_r"},
    Charset{"koi8-u", "KOI8-U", "koi8-u koi8-ru"},
    Charset{"ibm866", "IBM866", "ibm866 cp866 866"},
    Charset{"macintosh", "macintosh", "macintosh mac x-mac-roman"},
    Charset{"x-mac-cyrillic", "x-mac-cyrillic", "x-mac-cyrillic x-mac-ukrainian"},
    Charset{"gbk", "gb18030", "gbk gb2312 gb_2312 gb_2312-80 chinese x-gbk iso-ir-58"},
    Charset{"gb18030", "gb18030", "gb18030"},
    Charset{"big5", "Big5-HKSCS", "big5 big5-hkscs cn-big5 x-x-big5"},
    Charset{"euc-jp", "EUC-JP", "euc-jp x-euc-jp"},
    Charset{"iso-2022-jp", "ISO-2022-JP", "iso-2022-jp csiso2022jp"},
    Charset{"shift_jis", "windows-31j", "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j ms932"},
    Charset{"euc-kr", "windows-949",
            "euc-kr ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean windows-949"},
    Charset{"utf-16le", "UTF-16LE", "utf-16le utf-16 unicode ucs-2 csunicode iso-10646-ucs-2 unicodefeff"},
    Charset{"utf-16be", "UTF-16BE", "utf-16be unicodefffe"},
};

const Charset* by_name(std::string_view name)
{
    for (const auto& charset : charsets)
        if (charset.name == name) return &charset;
    return nullptr;
}

const Charset* by_label(std::string_view label)
{
    label = trimmed(label);
    if (label.empty()) return nullptr;
    for (const auto& charset : charsets) {
        for (auto rest = charset.labels; !rest.empty();) {
            const auto one = rest.substr(0, rest.find(' '));
            if (same_name(one, label)) return &charset;
            rest.remove_prefix(std::min(one.size() + 1, rest.size()));
        }
    }
    return nullptr;
}

// The value of "charset=" in a media type.
const Charset* in_media_type(std::string_view text)
{
    for (auto at = find_name(text, "charset"); at != std::string_view::npos;
         at = find_name(text, "charset", at)) {
        at += 7;
        auto rest = trimmed(text.substr(at));
        if (!rest.starts_with('=')) continue;
        rest = trimmed(rest.substr(1));
        if (rest.starts_with('"') || rest.starts_with('\''))
            return by_label(rest.substr(1, rest.find(rest.front(), 1) - 1));
        return by_label(rest.substr(0, rest.find_first_of("; \t\r\n\f")));
    }
    return nullptr;
}

const Charset* in_meta(std::string_view head)
{
    TagScanner scanner(head.substr(0, prescan_bytes));
    while (const auto tag = scanner.next()) {
        if (tag->is_end || !same_name(tag->name, "meta")) continue;
        const Charset* named = nullptr;
        const Charset* in_content = nullptr;
        bool is_content_type = false;
        auto rest = tag->attributes;
        while (const auto attribute = next_attribute(rest)) {
            if (same_name(attribute->name, "charset")) named = by_label(attribute->value);
            if (same_name(attribute->name, "content")) in_content = in_media_type(attribute->value);
            if (same_name(attribute->name, "http-equiv"))
                is_content_type = same_name(trimmed(attribute->value), "content-type");
        }
        if (!named && is_content_type) named = in_content;
        if (!named) continue;
        // What could be read as ASCII so far is not UTF-16.
        return named->name.starts_with("utf-16") ? by_name("utf-8") : named;
    }
    return nullptr;
}

// <?xml version="1.0" encoding="…"?>
const Charset* in_xml_declaration(std::string_view head)
{
    if (!head.starts_with("<?xml")) return nullptr;
    head = head.substr(0, head.find("?>"));
    const auto name = head.substr(0, prescan_bytes).find("encoding=");
    if (name == std::string_view::npos) return nullptr;
    const auto value = head.substr(name + 9);
    if (!value.starts_with('"') && !value.starts_with('\'')) return nullptr;
    return by_label(value.substr(1, value.find(value.front(), 1) - 1));
}

bool is_utf8(std::string_view text) noexcept
{
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    for (std::size_t i = 0; i < text.size();) {
        UChar32 character = 0;
        U8_NEXT(bytes, i, text.size(), character);
        if (character < 0) return false;
    }
    return true;
}

constexpr std::size_t max_sample_bytes = 16 << 10;
// Fewer tell nothing: two words in any of the small alphabets look alike.
constexpr std::size_t least_sample_bytes = 16;
constexpr int least_confidence_percent = 25;

// The words that are not ASCII: markup and English would speak for a Western charset in any document. No byte
// that ends a word here is the second one of a character in any charset.
std::string foreign_words(std::string_view text)
{
    constexpr std::string_view ends = " \t\r\n\f<>\"'=&;/";
    const auto is_foreign = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
    std::string sample;
    for (auto rest = text; !rest.empty() && sample.size() < max_sample_bytes;) {
        const auto found = std::ranges::find_if(rest, is_foreign);
        if (found == rest.end()) break;
        const auto at = static_cast<std::size_t>(found - rest.begin());
        const auto before = rest.find_last_of(ends, at);
        const auto begin = before == std::string_view::npos ? 0 : before + 1;
        const auto word = rest.substr(begin, rest.find_first_of(ends, at) - begin);
        sample.append(word.substr(0, max_sample_bytes)).push_back(' ');
        rest.remove_prefix(begin + word.size());
    }
    return sample;
}

// By the frequency of letters and the validity of byte pairs; nothing where that says little.
const Charset* by_statistics(std::string_view text)
{
    const auto sample = foreign_words(text);
    if (sample.size() < least_sample_bytes) return nullptr;
    UErrorCode code = U_ZERO_ERROR;
    const std::unique_ptr<UCharsetDetector, void (*)(UCharsetDetector*)> detector(ucsdet_open(&code),
                                                                                  ucsdet_close);
    ucsdet_setText(detector.get(), sample.data(), static_cast<std::int32_t>(sample.size()), &code);
    const auto* match = ucsdet_detect(detector.get(), &code);
    if (U_FAILURE(code) || match == nullptr) return nullptr;
    const auto confidence = ucsdet_getConfidence(match, &code);
    const auto* name = ucsdet_getName(match, &code);
    if (U_FAILURE(code) || confidence < least_confidence_percent) return nullptr;
    const auto* charset = by_label(name);
    return charset == nullptr || charset->name.starts_with("utf-") ? nullptr : charset;
}

const Charset* without_declaration(std::string_view text)
{
    // "<?" or "<!" in two-byte characters; no other charset begins a document so.
    using namespace std::string_view_literals;
    if (text.starts_with("<\0!\0"sv) || text.starts_with("<\0?\0"sv) || text.starts_with("<\0h\0"sv))
        return by_name("utf-16le");
    if (text.starts_with("\0<\0!"sv) || text.starts_with("\0<\0?"sv) || text.starts_with("\0<\0h"sv))
        return by_name("utf-16be");
    if (is_utf8(text)) return by_name("utf-8");
    const auto* likely = by_statistics(text);
    return likely != nullptr ? likely : by_name("windows-1252");
}

std::string to_utf8(std::string_view text, const char* converter_name)
{
    // Converters live in ICU's data library; it must not look for files, which a worker may not open.
    UErrorCode code = U_ZERO_ERROR;
    udata_setFileAccess(UDATA_NO_FILES, &code);
    code = U_ZERO_ERROR;
    const std::unique_ptr<UConverter, void (*)(UConverter*)> converter(ucnv_open(converter_name, &code),
                                                                       ucnv_close);
    if (U_FAILURE(code)) return {};
    std::u16string wide(text.size() + 16, u'\0');
    auto length = ucnv_toUChars(converter.get(), wide.data(), static_cast<std::int32_t>(wide.size()),
                                text.data(), static_cast<std::int32_t>(text.size()), &code);
    if (code == U_BUFFER_OVERFLOW_ERROR) {
        code = U_ZERO_ERROR;
        wide.resize(static_cast<std::size_t>(length) + 1);
        length = ucnv_toUChars(converter.get(), wide.data(), static_cast<std::int32_t>(wide.size()),
                               text.data(), static_cast<std::int32_t>(text.size()), &code);
    }
    if (U_FAILURE(code)) return {};
    std::string out(static_cast<std::size_t>(length) * 3, '\0');
    std::int32_t size = 0;
    u_strToUTF8WithSub(out.data(), static_cast<std::int32_t>(out.size()), &size, wide.data(), length, 0xFFFD,
                       nullptr, &code);
    if (U_FAILURE(code)) return {};
    out.resize(static_cast<std::size_t>(size));
    return out;
}

// Markup in UTF-16 has zeros wherever a tag stands.
bool is_wide(const Charset& charset, std::string_view text) noexcept
{
    return !charset.name.starts_with("utf-16") ||
           text.substr(0, prescan_bytes).find('\0') != std::string_view::npos;
}

} // namespace

std::string encode_text(std::string_view text, std::string_view charset)
{
    const auto* known = by_name(charset);
    if (!known || charset.starts_with("utf-")) return std::string(text);
    UErrorCode code = U_ZERO_ERROR;
    const std::unique_ptr<UConverter, void (*)(UConverter*)> converter(ucnv_open(known->converter, &code),
                                                                       ucnv_close);
    if (U_FAILURE(code)) return std::string(text);
    ucnv_setFromUCallBack(converter.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &code);
    std::u16string wide(text.size(), u'\0');
    std::int32_t length = 0;
    u_strFromUTF8(wide.data(), static_cast<std::int32_t>(wide.size()), &length, text.data(),
                  static_cast<std::int32_t>(text.size()), &code);
    if (U_FAILURE(code)) return std::string(text);
    std::string out(4 * text.size() + 16, '\0');
    const auto size = ucnv_fromUChars(converter.get(), out.data(), static_cast<std::int32_t>(out.size()),
                                      wide.data(), length, &code);
    if (U_FAILURE(code)) return std::string(text);
    out.resize(static_cast<std::size_t>(size));
    return out;
}

DecodedText decode_text(ByteView document, std::string_view content_type)
{
    auto text = as_text(document);
    const Charset* charset = nullptr;
    if (text.starts_with("\xEF\xBB\xBF")) {
        charset = by_name("utf-8");
        text.remove_prefix(3);
    } else if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
        charset = by_name(text.front() == '\xFF' ? "utf-16le" : "utf-16be");
        text.remove_prefix(2);
    }
    if (!charset) charset = in_media_type(content_type);
    if (charset && !is_wide(*charset, text)) charset = nullptr;
    if (!charset) charset = in_xml_declaration(text);
    if (!charset) charset = in_meta(text);
    if (!charset) charset = without_declaration(text);
    DecodedText decoded{std::string(charset->name), {}, text};
    if (charset->name != "utf-8") decoded.converted = to_utf8(text, charset->converter);
    return decoded;
}

} // namespace stillwatch::html
