"""The only rooms that import streamlit. They show frames and pass on acts; they decide nothing clinical."""
