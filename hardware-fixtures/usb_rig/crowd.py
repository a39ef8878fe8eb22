def crowd(station, remote, say): return []
