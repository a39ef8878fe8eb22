def cuts(station, remote, say): return []
