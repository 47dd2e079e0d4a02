// The two passes of VideoDecoder: key frames in order or by the index, and all frames.
#include "videos/decode/decoder_state.hpp"
#include "videos/key_frame_plan.hpp"
#include "videos/range_set.hpp"

#include <algorithm>

namespace stillwatch::videos {

namespace {

// Matroska's index tells where a key frame begins and not how long it is: what most of them need at 720p.
constexpr std::uint64_t unsized_packet_bytes = 192U << 10U;

// Where the index does not tell the size, up to the next key frame.
std::vector<ByteRange> packets_of(const std::vector<KeyFrameEntry>& entries, std::uint64_t file_bytes)
{
    std::vector<ByteRange> packets;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        auto packet = entries[i].packet;
        packet.from = std::min(packet.from, file_bytes);
        const auto rest = file_bytes - packet.from;
        if (packet.bytes == 0) {
            packet.bytes = unsized_packet_bytes;
            if (i + 1 < entries.size() && entries[i + 1].packet.from > packet.from)
                packet.bytes = std::min(packet.bytes, entries[i + 1].packet.from - packet.from);
        }
        packet.bytes = std::min(packet.bytes, rest);
        packets.push_back(packet);
    }
    return packets;
}

} // namespace

Result<VideoReading> VideoDecoder::State::frames(VideoPass pass, std::int64_t after_ms, MoreBytes more)
{
    const auto mode = mode_of(pass);
    VideoReading reading;
    begin(mode);
    if (!start(mode, after_ms, reading, more)) {
        if (!reading.missing.empty()) reading.go_on_after_ms = after_ms;
    } else if (mode == Mode::look) {
        look(reading, more);
    } else if (is_sparse()) {
        glance_by_index(reading, more);
    } else {
        glance_in_order(reading, more);
    }
    return finish(mode, std::move(reading));
}

// Key frames as they come.
void VideoDecoder::State::glance_in_order(VideoReading& reading, MoreBytes more)
{
    while (true) {
        if (must_pause(reading)) {
            reading.go_on_after_ms = position_ms_;
            return;
        }
        const auto read = demuxer_->next(*packet_);
        if (read == Demuxer::Read::missing) {
            note_missing(*demuxer_->input().missing_at(), data_bytes, reading, more);
            if (!reading.missing.empty()) reading.go_on_after_ms = position_ms_;
            return;
        }
        if (read == Demuxer::Read::end || !glance_at_packet(reading)) return;
    }
}

// False where a bound ends the pass.
bool VideoDecoder::State::glance_at_packet(VideoReading& reading)
{
    // What an edit list cuts away is decoded for what follows, and not shown.
    const bool is_shown = (packet_->flags & AV_PKT_FLAG_DISCARD) == 0;
    const bool is_key = is_shown && (packet_->flags & AV_PKT_FLAG_KEY) != 0;
    const auto time_ms = demuxer_->time_of(packet_->pts != AV_NOPTS_VALUE ? packet_->pts : packet_->dts);
    if (is_over(Mode::glance, time_ms)) return false;
    if (is_key && time_ms > position_ms_ && chooser_->is_due(time_ms, true)) {
        position_ms_ = time_ms;
        if (decoder_->decode_alone(*packet_, *frame_))
            tell(*frame_, time_ms, decoder_->origin_of(*frame_), Taking::where_chosen, reading);
    }
    av_packet_unref(packet_.get());
    return true;
}

std::vector<KeyFrameEntry> VideoDecoder::State::entries_of_index()
{
    bool has_more = false;
    auto entries = demuxer_->key_frames(has_more);
    if (entries.empty() && demuxer_->go_to(0))
        entries = demuxer_->key_frames(has_more); // read only for a jump
    if (has_more) bounds_.insert(VideoBound::index_entries);
    return entries;
}

// Of a file that is there in parts: what the index names, spread over the whole length.
void VideoDecoder::State::glance_by_index(VideoReading& reading, MoreBytes more)
{
    const auto entries = entries_of_index();
    if (const auto gap = demuxer_->input().missing_at()) {
        note_missing(*gap, structure_bytes, reading, more);
        if (!reading.missing.empty()) reading.go_on_after_ms = position_ms_;
        return;
    }
    // Fragments and streams have no index of the whole; theirs ends where was read last.
    const bool is_of_all = !entries.empty() && entries.back().packet.from > file_.size() / 2;
    if (!is_of_all) {
        glance_in_order(reading, more);
        return;
    }
    const auto packets = packets_of(entries, file_.size());
    const auto plan =
        plan_key_frames(packets, limits_.max_frames, VideoReading::max_missing, limits_.max_missing_bytes);
    if (plan.leaves_out) bounds_.insert(VideoBound::requests);
    std::vector<ByteRange> missing;
    for (const auto& request : plan.requests)
        std::ranges::copy(file_.missing_of(request), std::back_inserter(missing));
    if (!missing.empty() && more == MoreBytes::can_come) {
        reading.missing = joined(std::move(missing), joined_gap_bytes);
        if (reading.missing.size() > VideoReading::max_missing)
            reading.missing.resize(VideoReading::max_missing);
        reading.go_on_after_ms = position_ms_;
        return;
    }
    for (const auto number : plan.chosen) {
        if (entries[number].time_ms <= position_ms_) continue;
        if (must_pause(reading)) {
            reading.go_on_after_ms = position_ms_;
            return;
        }
        if (!file_.has(entries[number].packet))
            bounds_.insert(VideoBound::not_there);
        else if (!glance_at(entries[number], reading, more))
            return;
    }
}

// False where the call ends.
bool VideoDecoder::State::glance_at(const KeyFrameEntry& entry, VideoReading& reading, MoreBytes more)
{
    const auto read = demuxer_->go_to(entry) ? demuxer_->next(*packet_) : Demuxer::Read::end;
    if (read == Demuxer::Read::packet) return glance_at_packet(reading);
    const auto gap = demuxer_->input().missing_at();
    if (!gap) return true; // this one cannot be read; the next one may be
    note_missing(*gap, data_bytes, reading, more);
    if (reading.missing.empty()) { // never to come: on with the next one, with a reader that met no gap
        const auto position_ms = position_ms_;
        close();
        const bool is_open = open(reading, more) && make_decoder(Mode::glance);
        position_ms_ = position_ms;
        return is_open;
    }
    reading.go_on_after_ms = position_ms_;
    return false;
}

void VideoDecoder::State::look(VideoReading& reading, MoreBytes more)
{
    while (true) {
        if (must_pause(reading)) {
            reading.go_on_after_ms = position_ms_;
            return;
        }
        const auto step = next_frame(reading, more);
        if (step == Step::missing) reading.go_on_after_ms = position_ms_;
        if (step != Step::went_on) return;
        const auto time_ms = demuxer_->time_of(frame_->best_effort_timestamp);
        if (is_over(Mode::look, time_ms)) return;
        if (time_ms <= position_ms_) continue;
        position_ms_ = time_ms;
        const auto origin = decoder_->origin_of(*frame_);
        if (chooser_->is_due(time_ms, origin.is_key))
            tell(*frame_, time_ms, origin, Taking::where_chosen, reading);
    }
}

// The next frame in the order in which they are shown.
VideoDecoder::State::Step VideoDecoder::State::next_frame(VideoReading& reading, MoreBytes more)
{
    while (true) {
        if (decoder_->receive(*frame_) == FrameDecoder::Received::frame) return Step::went_on;
        if (drained_ || budget_.is_spent()) return Step::through;
        const auto read = demuxer_->next(*packet_);
        if (read == Demuxer::Read::missing) {
            note_missing(*demuxer_->input().missing_at(), data_bytes, reading, more);
            if (!reading.missing.empty()) return Step::missing;
        }
        drained_ = read != Demuxer::Read::packet;
        decoder_->send(drained_ ? nullptr : packet_.get());
        if (!drained_) av_packet_unref(packet_.get());
    }
}

} // namespace stillwatch::videos
