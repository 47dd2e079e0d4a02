#include "config/document.hpp"

#include "config/checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <unistd.h>

namespace stillwatch::config {

void Document::read_channels(std::vector<Channel>& out, const Network& network, const Alerts& alerts)
{
    std::map<std::string, Place> taken;
    for (const auto& [found, place] : tables("channel")) {
        Section section("channel", found, place, complaints_, known_keys_);
        Channel channel;
        read_name(section, channel.name, taken, place);
        std::string kind;
        section.get("kind", kind);
        section.get("enabled", channel.enabled);
        read_file(section, "ca_file", channel.ca_file);
        read_allowed_networks(section, channel.allowed_private_networks);
        read_rules(section, channel, alerts);
        static constexpr std::array<std::string_view, 6> kinds{"email", "webhook", "slack",
                                                               "teams", "matrix",  "ntfy"};
        const auto found_kind = std::ranges::find(kinds, kind);
        if (found_kind == kinds.end())
            section.complain("kind", fmt::format("missing, or none of {}", fmt::join(kinds, ", ")));
        else
            channel.kind = static_cast<ChannelKind>(found_kind - kinds.begin());
        const bool is_chat = found_kind != kinds.end() && found_kind - kinds.begin() >= 2;

        // Keys of both kinds are asked for always, so that a key of the other kind is told apart from an
        // unknown one.
        const std::size_t before = complaints_.size();
        read_email(section, channel);
        if (kind != "email") complaints_.resize(before);
        const std::size_t between = complaints_.size();
        read_webhook(section, channel, network);
        if (kind != "webhook") complaints_.resize(between);
        section.get("room", channel.room);
        if (is_chat) read_chat(section, channel, network);

        static constexpr std::array<std::string_view, 7> email_keys{
            "to", "from", "server", "user", "password_file", "smime_certificates", "openpgp_keys"};
        static constexpr std::array<std::string_view, 2> webhook_keys{"url", "secret_file"};
        for (const auto key : email_keys)
            if (kind != "email" && section.has(key)) section.complain(key, "belongs to kind \"email\"");
        for (const auto key : webhook_keys)
            if (kind == "email" && section.has(key)) section.complain(key, "belongs to kind \"webhook\"");
        out.push_back(std::move(channel));
    }
    check_escalations(out);
}

void Document::read_email(Section& section, Channel& channel)
{
    std::vector<PlacedText> recipients;
    section.get("to", recipients);
    if (recipients.empty()) section.complain("to", "missing: name at least one mail address");
    for (const auto& [place, text] : recipients) {
        if (is_mail_address(text))
            channel.to.push_back(text);
        else
            section.complain_at(place, "to", fmt::format("\"{}\" is no plain mail address", shown(text)));
    }
    if (!channel.to.empty())
        channel.from = "stillwatch" + channel.to.front().substr(channel.to.front().find('@'));
    section.get("from", channel.from);
    if (!channel.to.empty() && !is_mail_address(channel.from))
        section.complain("from", fmt::format("\"{}\" is no plain mail address", shown(channel.from)));

    section.get("server", channel.server);
    if (!is_mail_server(channel.server))
        section.complain("server",
                         "missing, or not \"smtps://host[:port]\" or \"smtp://host[:port]\" (with STARTTLS)");
    section.get("user", channel.user);
    read_secret_source(section, "password_file", channel.password_file);
    const auto read_files = [&](std::string_view key, std::vector<std::filesystem::path>& out) {
        std::vector<PlacedText> files;
        section.get(key, files);
        for (const auto& [place, text] : files) {
            out.push_back(from_base(text));
            if (options_.files == FileChecks::yes && ::access(out.back().c_str(), R_OK) != 0)
                section.complain_at(place, key, fmt::format("{} is missing or unreadable", shown(text)));
        }
    };
    read_files("smime_certificates", channel.smime_certificates);
    read_files("openpgp_keys", channel.openpgp_keys);
    if (channel.user.empty() != channel.password_file.empty())
        section.complain(channel.user.empty() ? "user" : "password_file",
                         "missing: user and password_file stand together");
}

void Document::read_webhook(Section& section, Channel& channel, const Network& network)
{
    read_secret_source(section, "secret_file", channel.secret_file);
    if (channel.secret_file.empty())
        section.complain("secret_file", "missing: deliveries are signed with the secret in this file");

    read_url(section, channel, network);
}

// Slack and Teams give one address that is a secret as a whole; Matrix and ntfy an address and a token.
void Document::read_chat(Section& section, Channel& channel, const Network& network)
{
    const bool is_whole = channel.kind == ChannelKind::slack || channel.kind == ChannelKind::teams;
    if (is_whole && section.has("url"))
        section.complain("url", "the address is a secret here: put it into secret_file");
    read_secret_source(section, "secret_file", channel.secret_file);
    if (!is_whole) read_url(section, channel, network);
    if (channel.secret_file.empty() && channel.kind != ChannelKind::ntfy)
        section.complain("secret_file", is_whole ? "missing: it holds the address that was given to you"
                                                 : "missing: it holds the access token");
    if ((channel.kind == ChannelKind::matrix) == channel.room.empty())
        section.complain("room",
                         channel.room.empty() ? "missing: \"!room:server\"" : "belongs to kind \"matrix\"");
}

void Document::read_url(Section& section, Channel& channel, const Network& network)
{
    section.get("url", channel.url);
    const auto url = Url::parse(channel.url);
    if (!url) {
        // The address may hold a token: it is not repeated.
        section.complain("url", "missing, or no address that can be called");
        return;
    }
    channel.url = url->text();
    if (url->scheme() == "https" || is_loopback(*url)) return;
    const auto address = address_of(*url);
    const auto allows = [&](const std::string& text) {
        const auto block = parse_block(text);
        return address && block && block->contains(*address);
    };
    if (std::ranges::none_of(network.allowed_private_networks, allows) &&
        std::ranges::none_of(channel.allowed_private_networks, allows))
        section.complain("url", "must be https unless it is loopback or in allowed_private_networks");
}

} // namespace stillwatch::config
