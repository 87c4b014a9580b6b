"""What is somebody shown who watches a control room: frames, what lies ahead, and what stands behind each tab?"""
