def process(remote, folder, job, say): return []
