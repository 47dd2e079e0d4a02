#pragma once

namespace stillwatch {

// From now on memory of a megabyte and more goes back to the system when it is freed. Without this glibc
// keeps what bodies of 33 MB once needed (it raises its threshold as it goes, mallopt(3)). Of smaller blocks
// up to 8 MB that nobody uses stay with each thread: given back and asked for again at each body, as glibc
// does above 128 KB, they cost more than what they are for. For the whole process.
void give_large_blocks_back() noexcept;

} // namespace stillwatch
